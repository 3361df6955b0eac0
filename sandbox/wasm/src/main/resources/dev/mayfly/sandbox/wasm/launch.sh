# Runs the engine in a root of its own. Arguments: ROOT SOCKET_FOLDER UID DATA_KIB JAVA_HOME FILE... -- JAVA_ARGUMENT...
# It runs in new mount, network and process namespaces, so all that it mounts ends with it.
set -eu
root=$1 socket=$2 uid=$3 java=$5
ulimit -d "$4"
shift 5
umask 022
mount -t tmpfs -o mode=755,size=1m,nosuid,nodev mayfly-wasm "$root"
bind() {
    mount --bind "$1" "$2"
    mount -o remount,bind,ro,nosuid"${3:-,nodev}" "$2"
}
mkdir "$root/proc" "$root/dev" "$root/engine" "$root/host" "$root/usr"
for folder in bin sbin lib lib64; do
    if [ -L "/$folder" ]; then
        cp -P "/$folder" "$root/$folder"
    elif [ -d "/$folder" ]; then
        mkdir "$root/$folder"
        bind "/$folder" "$root/$folder"
    fi
done
bind /usr "$root/usr"
case $java in
    /usr/*) ;;
    *) mkdir -p "$root$java"; bind "$java" "$root$java" ;;
esac
for device in null urandom random; do
    : > "$root/dev/$device"
    bind "/dev/$device" "$root/dev/$device" ,noexec
done
bind "$socket" "$root/host"
number=0
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir "$root/engine/$number"; else : > "$root/engine/$number"; fi
    bind "$1" "$root/engine/$number"
    number=$((number + 1))
    shift
done
shift
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -o remount,bind,ro,nosuid,nodev "$root"
cd "$root"
pivot_root . .
umount -l .
cd /
if [ "$uid" = 0 ]; then
    set -- setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --pdeathsig KILL "$java/bin/java" "$@"
else
    set -- setpriv --reuid "$uid" --regid "$uid" --clear-groups --no-new-privs --bounding-set=-all \
        --inh-caps=-all --pdeathsig KILL "$java/bin/java" "$@"
fi
exec "$@"
