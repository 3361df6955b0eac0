"""System calls by name, past the C library."""
import ctypes
import platform

NUMBERS = {
    "x86_64": dict(mount=165, unshare=272, setns=308, ptrace=101, bpf=321, keyctl=250, add_key=248,
        perf_event_open=298, userfaultfd=323, io_uring_setup=425, init_module=175, finit_module=313, kexec_load=246,
        pivot_root=155, chroot=161, swapon=167, reboot=169, settimeofday=164, open_by_handle_at=304,
        process_vm_readv=310, pidfd_getfd=438, iopl=172, syslog=103, quotactl=179, umount2=166, acct=163,
        sethostname=170, clone=56, clone3=435, fsopen=430, move_mount=429, open_tree=428, request_key=249,
        process_vm_writev=311, kcmp=312, fanotify_init=300, name_to_handle_at=303, ioperm=173, modify_ldt=154,
        clock_settime=227, move_pages=279, lookup_dcookie=212, vhangup=153, delete_module=176),
    "aarch64": dict(mount=40, unshare=97, setns=268, ptrace=117, bpf=280, keyctl=219, add_key=217,
        perf_event_open=241, userfaultfd=282, io_uring_setup=425, init_module=105, finit_module=273, kexec_load=104,
        pivot_root=41, chroot=51, swapon=224, reboot=142, settimeofday=170, open_by_handle_at=265,
        process_vm_readv=270, pidfd_getfd=438, syslog=116, quotactl=60, umount2=39, acct=89,
        sethostname=161, clone=220, clone3=435, fsopen=430, move_mount=429, open_tree=428, request_key=218,
        process_vm_writev=271, kcmp=272, fanotify_init=262, name_to_handle_at=264, clock_settime=112,
        move_pages=239, lookup_dcookie=18, vhangup=58, delete_module=106),
}[platform.machine()]
LIBC = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    """What the call gave: "ok RESULT", or "no ERRNO"."""
    if name not in NUMBERS:
        return "no such call"
    buffer = ctypes.create_string_buffer(256)
    result = LIBC.syscall(NUMBERS[name], *[buffer if each == "buffer" else each for each in arguments])
    return "no %d" % ctypes.get_errno() if result == -1 else "ok %d" % result
