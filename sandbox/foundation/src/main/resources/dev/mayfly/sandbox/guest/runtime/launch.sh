#!/bin/sh
# Starts the extensions in /opt/extensions, then the runtime that the arguments name. As the sandbox's first process its end is
# the sandbox's: with the runtime's, or with 222 when an extension has ended before it should. TERM means that the sandbox is to
# end: it goes on to the runtime, and the extensions may go on after it.
ending=
extensions=
trap '[ -n "$ending" ] || exit 222' USR1
trap 'ending=1; kill -TERM "$runtime" 2>/dev/null' TERM
for extension in /opt/extensions/*; do
  if [ -f "$extension" ] && [ -x "$extension" ]; then
    ("$extension"; kill -USR1 $$) &
    extensions="$extensions $!"
  fi
done
"$@" &
runtime=$!
# A signal ends a wait too.
status=0
while kill -0 "$runtime" 2>/dev/null; do
  wait "$runtime"
  status=$?
done
[ -n "$ending" ] || exit "$status"
for extension in $extensions; do
  while kill -0 "$extension" 2>/dev/null; do
    wait "$extension"
  done
done
exit 0
