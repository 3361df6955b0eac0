#!/bin/sh
# Builds the image that every microVM starts from, out of distribution packages and this machine's own interpreters.
#
#   build.sh SOURCES CACHE [RUNTIME_FOLDER [JDK]]
#
#   SOURCES         where agent.c and the other sources lie, beside this script
#   CACHE           images are kept here, each in a folder named by a digest of all that it is made of
#   RUNTIME_FOLDER  what functions see as /var/runtime: our bootstraps
#   JDK             what functions in Java see as /var/lang
#   KERNEL, MODULES a kernel and its module folder to use instead of Debian's linux-image-cloud-amd64
#
# Prints the image's folder, which holds: vmlinuz, vmlinux (where it can be unpacked), initrd.gz, root.sqfs, jailer, fileserver, readonly.so, tsc, contents. An image that is there already
# is not built again; a build that is broken off leaves nothing that looks like an image.
set -eu
umask 022
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

sources=$1
cache=$2
runtime=${3:-}
jdk=${4:-}
arch=$(uname -m)

say() { echo "image: $*" >&2; }
fail() { say "$*"; exit 1; }

# --- What is needed
missing=
need() { command -v "$1" >/dev/null 2>&1 || [ -x "$1" ] || missing="$missing $2"; }
need gcc gcc
[ -e /usr/lib/x86_64-linux-gnu/libc.a ] || [ -e /usr/lib/libc.a ] || [ -e /usr/lib64/libc.a ] || missing="$missing libc6-dev"
need cpio cpio
need gzip gzip
need mksquashfs squashfs-tools
need sha256sum coreutils
busybox=
for each in /bin/busybox /usr/bin/busybox; do
  if [ -x "$each" ] && ! ldd "$each" >/dev/null 2>&1; then busybox=$each; break; fi
done
[ -n "$busybox" ] || missing="$missing busybox-static"
[ "$arch" = x86_64 ] || fail "the image is for x86_64; this is $arch"
[ -z "$missing" ] || fail "missing:$missing (apt-get install -y$missing)"

# --- The kernel
kernel_package=
if [ -z "${KERNEL:-}" ]; then
  command -v apt-get >/dev/null || fail "no apt-get here: set KERNEL and MODULES to a kernel and its modules"
  kernel_package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  [ -n "$kernel_package" ] || fail "apt does not know linux-image-cloud-amd64: apt-get update, or set KERNEL and MODULES"
  kernel_version=$(apt-cache policy "$kernel_package" | sed -n 's/^ *Candidate: //p')
  kernel_id="$kernel_package $kernel_version"
else
  kernel_id="$KERNEL $(sha256sum <"$KERNEL")"
fi

# --- The interpreters that the container tier finds too, and a userland for runtimes people bring
interpreters=
for folder in /usr/bin /usr/local/bin; do
  [ ! -x $folder/node ] || interpreters="$interpreters $folder/node"
  for python in $folder/python3.[0-9]*; do
    case $python in *[!0-9.a-z/]* | *config | *t) continue ;; esac
    [ ! -x "$python" ] || interpreters="$interpreters $python"
  done
done
tools="sh bash cat ls cp mv rm mkdir rmdir ln chmod touch head tail cut sort uniq wc tr tee date sleep env printf echo test [
  expr true false basename dirname readlink realpath mktemp seq id uname sed grep egrep awk gawk mawk find xargs tar gzip gunzip
  zcat curl openssl md5sum sha256sum base64 od stat du df dd timeout nproc pwd which ps kill yes comm paste split rev tac jq nohup"

describe() {
  for each in "$@"; do
    real=$(readlink -f "$each" || true)
    echo "$each $(stat -c '%s %Y' "${real:-$each}" 2>/dev/null)"
  done
}
digest=$( {
  echo "$kernel_id"
  cat "$sources"/*.c "$sources"/*.h "$sources/init" "$sources/build.sh"
  [ -z "$runtime" ] || (cd "$runtime" && find . -type f | sort | xargs cat)
  describe $interpreters "$busybox" /bin/bash /usr/bin/curl /etc/ssl/certs/ca-certificates.crt /lib/x86_64-linux-gnu/libc.so.6
  [ -z "$jdk" ] || describe "$jdk/release" "$jdk/lib/modules" "$jdk/lib/server/libjvm.so" "$jdk/lib/server/classes.jsa"
} | sha256sum | cut -c 1-16)
image=$cache/$digest
if [ -e "$image/complete" ]; then
  echo "$image"
  exit 0
fi

mkdir -p "$cache"
exec 9>"$cache/.lock"
if command -v flock >/dev/null; then flock -w 600 9 || fail "another build takes too long"; fi
if [ -e "$image/complete" ]; then
  echo "$image"
  exit 0
fi
work=$(mktemp -d "$cache/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
say "building $digest"

# --- Kernel and modules
if [ -n "$kernel_package" ]; then
  mkdir "$work/deb"
  (cd "$work/deb" && timeout 300 apt-get download -q "$kernel_package" >&2 2>/dev/null) \
    || fail "cannot download $kernel_package: apt-get update, then try again"
  dpkg -x "$work"/deb/*.deb "$work/kernel"
  KERNEL=$(ls "$work"/kernel/boot/vmlinuz-*)
  MODULES=$(ls -d "$work"/kernel/lib/modules/* "$work"/kernel/usr/lib/modules/* 2>/dev/null | head -n 1)
fi
mkdir "$work/image"
cp "$KERNEL" "$work/image/vmlinuz"
# Firecracker wants the kernel unpacked. QEMU does not need it, so this may fail.
unpack() { # magic, command
  offset=$(grep -abo "$(printf "$1")" "$KERNEL" | head -n 1 | cut -d : -f 1)
  [ -n "$offset" ] || return 0
  tail -c "+$((offset + 1))" "$KERNEL" | $2 >"$work/vmlinux" 2>/dev/null || true
  [ "$(head -c 4 "$work/vmlinux" | tail -c 3)" != ELF ] || mv "$work/vmlinux" "$work/image/vmlinux"
}
! command -v lz4 >/dev/null || unpack '\002!L\030' 'lz4 -dc'
! command -v xz >/dev/null || unpack '\3757zXZ' 'xz -dc --single-stream'
! command -v zstd >/dev/null || unpack '(\265/\375' 'zstd -dc'

# --- First stage
stage=$work/stage
mkdir -p "$stage/bin" "$stage/dev" "$stage/proc" "$stage/root" "$stage/modules"
cp "$busybox" "$stage/bin/busybox"
cp "$sources/init" "$stage/init"
chmod 755 "$stage/init"
for module in virtio_ring virtio virtio_mmio virtio_console virtio_blk squashfs vsock vmw_vsock_virtio_transport_common \
  vmw_vsock_virtio_transport fuse; do
  file=$(find "$MODULES" -name "$module.ko*" | head -n 1)
  [ -n "$file" ] || continue # built in
  case $file in
    *.xz) xz -dc "$file" >"$stage/modules/$module.ko" ;;
    *.zst) zstd -dc "$file" >"$stage/modules/$module.ko" ;;
    *) cp "$file" "$stage/modules/$module.ko" ;;
  esac
  echo $module >>"$stage/modules.order"
done
(cd "$stage" && find . | sort | cpio -o -H newc -R 0:0 --quiet | gzip -1 -n) >"$work/image/initrd.gz"

# --- Root
root=$work/root
mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/usr/sbin" "$root/etc/ssl/certs" "$root/proc" "$root/sys" \
  "$root/dev" "$root/run" "$root/tmp" "$root/opt" "$root/mnt" "$root/var/task" "$root/var/runtime" "$root/var/lang"
for each in bin sbin lib lib64; do ln -s usr/$each "$root/$each"; done
: >"$work/objects"
copy() { # with its folders, links followed
  [ -e "$root$1" ] || cp -L --parents "$1" "$root" 2>/dev/null || cp -L "$1" "$root$1"
}
for each in $interpreters; do
  copy "$each"
  echo "$each" >>"$work/objects"
done
for each in $tools; do
  path=$(command -v "$each" || true)
  for path in "/usr/bin/$each" "/bin/$each"; do
    if [ -f "$path" ]; then
      copy "/usr/bin/$each" || copy "$path"
      echo "$path" >>"$work/objects"
      break
    fi
  done
done
[ ! -e "$root/usr/bin/python3.11" ] || ln -sf python3.11 "$root/usr/bin/python3"
for python in $interpreters; do
  case $python in *python3*) ;; *) continue ;; esac
  [ -e "$root/usr/bin/python3" ] || ln -s "${python#/usr/bin/}" "$root/usr/bin/python3"
  library=$("$python" -I -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
  # what it was: cp -a keeps Python's compiled files valid, which go by time
  mkdir -p "$root$library"
  (cd "$library" && tar -cf - --exclude=./test --exclude=./tests --exclude=./idlelib --exclude=./tkinter --exclude=./turtledemo \
    --exclude=./ensurepip --exclude=./dist-packages --exclude=./site-packages --exclude='./config-*' --exclude=./lib2to3 .) \
    | tar -xf - -C "$root$library"
  find "$root$library" -name '*.so' >>"$work/objects"
done
# Debian's node keeps part of its library here
if [ -d /usr/share/nodejs ]; then
  for each in acorn acorn-walk cjs-module-lexer undici minimatch; do
    [ ! -d /usr/share/nodejs/$each ] || (mkdir -p "$root/usr/share/nodejs" && cp -aL /usr/share/nodejs/$each "$root/usr/share/nodejs/")
  done
fi
# What running programs needs of a JDK
if [ -n "$jdk" ]; then
  (cd "$jdk" && tar -chf - --exclude=./lib/src.zip --exclude=./lib/ct.sym --exclude='./lib/server/classes_*.jsa' \
    $(for each in bin/java bin/keytool conf lib release; do [ ! -e "$each" ] || echo "./$each"; done)) | tar -xf - -C "$root/var/lang"
  find "$jdk/lib" -name '*.so' >>"$work/objects"
fi
while read -r object; do ldd "$object" 2>/dev/null || true; done <"$work/objects" \
  | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (0x.*/\1/p' | grep -v "^${jdk:-none}/" | sort -u >"$work/libraries"
for each in /lib/x86_64-linux-gnu/libnss_files.so.2 /lib/x86_64-linux-gnu/libnss_dns.so.2; do
  [ ! -e $each ] || echo $each >>"$work/libraries"
done
while read -r library; do copy "$library"; done <"$work/libraries"
for each in /usr/share/zoneinfo /usr/lib/locale/C.utf8 /usr/share/ca-certificates /usr/lib/ssl; do
  [ ! -d $each ] || (mkdir -p "$root$(dirname $each)" && cp -a $each "$root$(dirname $each)/")
done
rm -rf "$root/usr/lib/ssl/private"
for each in /etc/ssl/certs/ca-certificates.crt /etc/ssl/openssl.cnf /etc/services /etc/protocols /etc/mime.types /etc/ld.so.cache; do
  [ ! -e $each ] || cp -L $each "$root$each"
done
user=sbx_user1051
cat >"$root/etc/passwd" <<EOF
root:x:0:0:root:/tmp:/usr/sbin/nologin
$user:x:1000:1000::/tmp:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/tmp:/usr/sbin/nologin
EOF
printf 'root:x:0:\n%s:x:1000:\nnogroup:x:65534:\n' $user >"$root/etc/group"
printf '127.0.0.1 localhost sandbox.localdomain sandbox\n::1 localhost\n' >"$root/etc/hosts"
echo sandbox >"$root/etc/hostname"
: >"$root/etc/resolv.conf"
printf 'passwd: files\ngroup: files\nhosts: files\n' >"$root/etc/nsswitch.conf"
[ -z "$runtime" ] || cp -R "$runtime/." "$root/var/runtime/"
chmod -R a+rX,go-w,u-s,g-s "$root"

cflags="-O2 -static -Wall"
gcc $cflags -pthread -o "$root/usr/sbin/agent" "$sources/agent.c" "$sources/port.c" "$sources/streams.c" "$sources/function.c" "$sources/log.c" \
  "$sources/volume.c"
gcc $cflags -o "$work/image/fileserver" "$sources/fileserver.c" "$sources/filecalls.c" "$sources/filenodes.c" "$sources/filelocks.c"
gcc $cflags -o "$work/image/jailer" "$sources/jailer.c"
gcc $cflags -o "$work/image/tsc" "$sources/tsc.c"
gcc -O2 -Wall -shared -fPIC -D_FILE_OFFSET_BITS=32 -o "$work/image/readonly.so" "$sources/readonly.c"
timeout 300 mksquashfs "$root" "$work/image/root.sqfs" -comp lz4 -noappend -all-root -no-progress -quiet -mkfs-time 0 >&2
{
  echo "kernel $kernel_id"
  for each in $interpreters; do echo "interpreter $each"; done
  [ -z "$jdk" ] || echo "jdk $jdk"
} >"$work/image/contents"
: >"$work/image/complete"
chmod 755 "$work/image"
rm -rf "$image"
mv "$work/image" "$image"
say "built $image"
echo "$image"
