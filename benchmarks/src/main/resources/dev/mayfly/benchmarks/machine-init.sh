#!/bin/busybox sh
# The raw virtual machine's first stage: drivers, root, and node as the only program.
/bin/busybox mount -t devtmpfs dev /dev
for module in $(/bin/busybox cat /modules.order); do
  /bin/busybox insmod "/modules/$module.ko" 2>/dev/null
done
n=0
until [ -b /dev/vda ] || [ $n -ge 500 ]; do n=$((n + 1)); /bin/busybox usleep 2000; done
/bin/busybox mount -t squashfs -o ro /dev/vda /root
/bin/busybox mount --move /dev /root/dev
/bin/busybox mount -t proc proc /root/proc
exec /bin/busybox chroot /root /usr/bin/node -e "$(/bin/busybox cat /machine.js)"
