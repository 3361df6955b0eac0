/* The function's processes: in namespaces and a cgroup of their own, without privileges. */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <grp.h>

#define GROUP "/sys/fs/cgroup/function"
#define CODE "/dev/vdb"

enum { GUEST = 1000, MAX_WORDS = 2048 };

static pid_t function = -1;
static int peak_file = -1;
static char failure[300];
static rlim_t open_files = 1024;

/* Where the function of an image begins, in it; empty when the code is no image. */
static char image_folder[4096];

static int has_volume;

static const char *fail(const char *what) {
    snprintf(failure, sizeof failure, "%s: %s", what, strerror(errno));
    return failure;
}

static int put(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, text, strlen(text));
    close(file);
    return written < 0 ? -1 : 0;
}

void function_setup(void) {
    if (put("/sys/fs/cgroup/cgroup.subtree_control", "+memory +pids") < 0) die("cgroup");
    if (mkdir(GROUP, 0755) < 0) die(GROUP);
    put(GROUP "/memory.oom.group", "1");
    put(GROUP "/memory.swap.max", "0");
    peak_file = open(GROUP "/memory.peak", O_RDONLY | O_CLOEXEC);
}

static unsigned long long field(char *text, const char *name) {
    char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static int bind(const char *from, const char *onto) {
    unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV;
    return mount(from, onto, NULL, MS_BIND, NULL) < 0 || mount(NULL, onto, NULL, flags, NULL) < 0;
}

/* Limits, /tmp, and the code: text of NAME=NUMBER lines. */
const char *function_prepare(char *text) {
    char value[256];
    snprintf(value, sizeof value, "%llu", field(text, "memory="));
    if (put(GROUP "/memory.max", value) < 0) return fail("memory.max");
    snprintf(value, sizeof value, "%llu", field(text, "processes="));
    if (put(GROUP "/pids.max", value) < 0) return fail("pids.max");
    open_files = field(text, "openFiles=");
    struct rlimit files = {open_files, open_files};
    if (function > 0 && prlimit(function, RLIMIT_NOFILE, &files, NULL) < 0) return fail("open files");
    snprintf(value, sizeof value, "size=%llu,nr_inodes=%llu,mode=1777", field(text, "tmp="), field(text, "files="));
    if (mount("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, value) < 0) return fail("/tmp");
    if (field(text, "code=")) {
        int device = open(CODE, O_RDONLY | O_CLOEXEC);
        if (device < 0) return fail(CODE);
        ioctl(device, BLKFLSBUF);
        close(device);
        const char *where = field(text, "layers=") ? "/mnt" : "/var/task";
        if (mount(CODE, where, "squashfs", MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) < 0) return fail(where);
        const char *image = strstr(text, "image=");
        if (image) snprintf(image_folder, sizeof image_folder, "%.*s", (int)strcspn(image + 6, "\n"), image + 6);
        if (field(text, "layers=") && (bind("/mnt/task", "/var/task") || bind("/mnt/opt", "/opt"))) return fail("layers");
    }
    const char *volume = strstr(text, "\nvolume=");
    if (volume) {
        snprintf(value, sizeof value, "%.*s", (int)strcspn(volume + 8, "\n"), volume + 8);
        has_volume = 1;
        return volume_mount(value);
    }
    return NULL;
}

static void own_devices(void) {
    static const struct { const char *name; unsigned minor; } devices[] = {
        {"/dev/null", 3}, {"/dev/zero", 5}, {"/dev/full", 7}, {"/dev/random", 8}, {"/dev/urandom", 9}};
    if (mount("dev", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,mode=755") < 0) _exit(120);
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        mknod(devices[i].name, S_IFCHR | 0666, makedev(1, devices[i].minor));
        chmod(devices[i].name, 0666);
    }
    mkdir("/dev/shm", 01777);
    chmod("/dev/shm", 01777);
    if (symlink("/proc/self/fd", "/dev/fd") || symlink("/proc/self/fd/0", "/dev/stdin")
        || symlink("/proc/self/fd/1", "/dev/stdout") || symlink("/proc/self/fd/2", "/dev/stderr")) _exit(121);
    mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64m,mode=1777,nr_inodes=4096");
    mount(NULL, "/dev", NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC, NULL);
}

static void own_view(void) {
    if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0) _exit(122);
    if (umount2("/sys", MNT_DETACH) < 0) _exit(123);
    umount2("/proc", MNT_DETACH);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0) _exit(124);
    static const char *const fixed[] = {"/proc/sys", "/proc/bus", "/proc/irq", "/proc/fs", "/proc/sysrq-trigger"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        mount(fixed[i], fixed[i], NULL, MS_BIND, NULL);
        mount(NULL, fixed[i], NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    }
    mount(NULL, "/run", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    static const char *const secret[] = {"/proc/kcore", "/proc/kallsyms", "/proc/keys", "/proc/timer_list"};
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) mount("/dev/null", secret[i], NULL, MS_BIND, NULL);
    own_devices();
}

#define DENY(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), \
                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* Ways into the guest's kernel that functions do not need. */
static void filter_calls(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* the x32 calls */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        DENY(io_uring_setup), DENY(io_uring_enter), DENY(io_uring_register), DENY(bpf), DENY(keyctl), DENY(add_key),
        DENY(request_key), DENY(userfaultfd), DENY(perf_event_open), DENY(mount), DENY(umount2), DENY(move_mount),
        DENY(open_tree), DENY(fsopen), DENY(fsmount), DENY(fspick), DENY(mount_setattr), DENY(pivot_root),
        DENY(unshare), DENY(setns), DENY(init_module), DENY(finit_module), DENY(delete_module), DENY(kexec_load),
        DENY(kexec_file_load), DENY(ptrace), DENY(process_vm_readv), DENY(process_vm_writev), DENY(open_by_handle_at),
        DENY(reboot), DENY(swapon), DENY(swapoff), DENY(acct), DENY(quotactl), DENY(syslog), DENY(iopl), DENY(ioperm),
        DENY(chroot), DENY(settimeofday), DENY(clock_settime), DENY(clock_adjtime), DENY(adjtimex), DENY(vhangup),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) _exit(125);
}

static void drop_privileges(void) {
    struct rlimit files = {open_files, open_files}, core = {0, 0};
    setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_CORE, &core);
    for (int capability = 0; capability < 64; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (setgroups(0, NULL) < 0 || setresgid(GUEST, GUEST, GUEST) < 0 || setresuid(GUEST, GUEST, GUEST) < 0) _exit(126);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) _exit(127);
    filter_calls();
}

/* The image is the root from now on; what this machine offers every function is mounted in it. */
static void enter_image(void) {
    if (mount("/proc", "/var/task/proc", NULL, MS_BIND | MS_REC, NULL) < 0
        || mount("/dev", "/var/task/dev", NULL, MS_BIND | MS_REC, NULL) < 0
        || mount("/tmp", "/var/task/tmp", NULL, MS_BIND, NULL) < 0) _exit(115);
    if (has_volume && mount("/mnt", "/var/task/mnt", NULL, MS_BIND | MS_REC, NULL) < 0) _exit(114);
    if (chroot("/var/task") < 0 || chdir("/") < 0) _exit(116);
}

static void become(char **words, char **environment, int errors) {
    put(GROUP "/cgroup.procs", "0");
    own_view();
    if (*image_folder) enter_image();
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(log_write_end(), 1);
    dup2(log_write_end(), 2);
    umask(022);
    setsid();
    drop_privileges();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (chdir(*image_folder ? image_folder : "/var/task") < 0) _exit(119);
    environ = environment;
    execvp(words[0], words);
    int error = errno;
    if (write(errors, &error, sizeof error) < 0) _exit(118);
    _exit(117);
}

/* The number of arguments (4 bytes), then arguments and environment, each ended by a zero byte. */
const char *function_run(uint8_t *payload, uint32_t length) {
    static char *words[MAX_WORDS + 2];
    uint32_t arguments = length < 4 ? 0 : get32(payload), count = 0;
    for (uint32_t at = 4; at < length && count < MAX_WORDS; at += (uint32_t)strlen((char *)payload + at) + 1) {
        if (count == arguments) words[count++] = NULL;
        words[count++] = (char *)payload + at;
    }
    if (count == arguments) words[count++] = NULL;
    words[count] = NULL;
    if (arguments == 0 || count <= arguments) return "a malformed command";
    int errors[2];
    if (pipe2(errors, O_CLOEXEC) < 0) return fail("pipe");
    pid_t child = (pid_t)syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
    if (child < 0) return fail("clone");
    if (child == 0) {
        close(errors[0]);
        become(words, words + arguments + 1, errors[1]);
    }
    function = child;
    close(errors[1]);
    int error = 0;
    ssize_t got = read(errors[0], &error, sizeof error);
    close(errors[0]);
    if (got <= 0) return NULL;
    function = -1;
    waitpid(child, NULL, 0);
    errno = error;
    return fail(words[0]);
}

/* It is the first process of its namespace: the signal reaches it when it has a handler for it. */
void function_terminate(void) {
    if (function > 0) kill(function, SIGTERM);
}

void function_freeze(int frozen) {
    put(GROUP "/cgroup.freeze", frozen ? "1" : "0");
    for (int i = 0; frozen && i < 200; i++) {
        char text[128] = "";
        int file = open(GROUP "/cgroup.events", O_RDONLY | O_CLOEXEC);
        if (file >= 0 && read(file, text, sizeof text - 1) > 0 && strstr(text, "frozen 1")) i = 200;
        if (file >= 0) close(file);
        if (i < 200) usleep(1000);
    }
}

static uint32_t oom_kills(void) {
    char text[256] = "";
    int file = open(GROUP "/memory.events", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? (uint32_t)field(text, "oom_kill ") : 0;
}

/* Reaps what ended, and tells the host when it was the function. */
void function_collect(void) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid != function) continue;
        function = -1;
        log_flush();
        function_stats();
        uint8_t payload[8];
        put32(payload, (uint32_t)status);
        put32(payload + 4, oom_kills());
        port_send(F_EXIT, payload, sizeof payload);
    }
}

/* Tells the host the highest memory use so far. */
void function_stats(void) {
    char text[32] = "";
    if (peak_file < 0 || pread(peak_file, text, sizeof text - 1, 0) <= 0) return;
    uint8_t payload[8];
    put64(payload, strtoull(text, NULL, 10));
    port_send(F_STATS, payload, sizeof payload);
}
