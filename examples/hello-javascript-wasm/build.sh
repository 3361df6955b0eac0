#!/bin/sh
# Builds QuickJS (quickjs-ng) with runtime.c as a WASI command. Needs clang, lld, wasi-libc, and cargo, which brings the
# C source as part of a crate. The module is larger than a repository should hold.
set -eu
cd "$(dirname "$0")"
out=${1:-runtime.wasm}
source=${QUICKJS_SOURCE:-}
if [ -z "$source" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\nrquickjs-sys = "=0.14.0"\n[lib]\npath = "none.rs"\n' > "$work/Cargo.toml"
    : > "$work/none.rs"
    (cd "$work" && cargo vendor --quiet --locked vendor 2> /dev/null || cargo vendor --quiet vendor > /dev/null)
    source=$work/vendor/rquickjs-sys/quickjs
fi
clang --target=wasm32-wasi --sysroot=/usr -O2 -w -DNDEBUG -D_GNU_SOURCE -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS \
    -I "$source" runtime.c "$source/quickjs.c" "$source/libregexp.c" "$source/libunicode.c" "$source/dtoa.c" \
    -lwasi-emulated-signal -lwasi-emulated-process-clocks -Wl,--strip-all -Wl,-z,stack-size=1048576 -Wl,--stack-first -o "$out"
