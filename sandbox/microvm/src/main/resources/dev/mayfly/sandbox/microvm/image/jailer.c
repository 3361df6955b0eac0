/*
 * Runs a virtual machine monitor as a user of its own, in namespaces and a root of its own, and ends it when whoever
 * started this ends: that is, when standard input does.
 *
 * jailer UID ROOT [-c CGROUP.PROCS] [-r FROM:TO] [-w FROM:TO] [-x FROM:TO] [-v FROM:TO] [-d DEVICE] [-i FILE] -- COMMAND...
 *
 *   ROOT  an empty folder: the new root, a file system in memory, is mounted on it in the new mount namespace only
 *   -c    a cgroup to enter
 *   -r    a file or folder of this machine that is there, read-only; -w: to write too; -x: read-only, and may be executed
 *   -v    a volume: a folder whose files belong to user 1000 outside and to UID inside; /proc is there too, and files may be large
 *   -d    a device that is there
 *   -i    a file that is open to read as descriptor 3
 *
 * The exit status is the command's; 128 and the signal's number when it was killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/mount.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_FILE = 64 << 20, MAX_OPEN = 256, MAX_OPEN_OF_VOLUME = 32768, OWNER = 1000 };

static int users = -1; /* how the ids of a volume's files are mapped; there is none without one */

static void die(const char *what) {
    dprintf(2, "jailer: %s: %s\n", what, strerror(errno));
    _exit(125);
}

static void enter_cgroup(const char *path) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, "0", 1) < 0) die(path);
    close(file);
}

static void open_as(const char *path, int descriptor) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) die(path);
    if (file == descriptor) {
        fcntl(file, F_SETFD, 0);
        return;
    }
    if (dup2(file, descriptor) < 0) die(path);
    close(file);
}

static void make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0755);
        *slash = '/';
    }
}

static void bind_into(const char *root, const char *from, const char *to, unsigned long flags) {
    char target[4096];
    struct stat status;
    if (stat(from, &status) < 0) die(from);
    snprintf(target, sizeof target, "%s%s", root, to);
    make_folders(target);
    if (S_ISDIR(status.st_mode)) mkdir(target, 0755);
    else close(open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    flags |= MS_NOSUID;
    if (!S_ISCHR(status.st_mode)) flags |= MS_NODEV;
    if (mount(from, target, NULL, MS_BIND, NULL) < 0) die(from);
    if (mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | flags, NULL) < 0) die(target);
}

static void bind_pair(const char *root, const char *pair, unsigned long flags) {
    char from[4096];
    const char *colon = strchr(pair, ':');
    if (!colon) die("a pair FROM:TO is needed");
    snprintf(from, sizeof from, "%.*s", (int)(colon - pair), pair);
    bind_into(root, from, colon + 1, flags);
}

static void write_map(pid_t process, const char *name, unsigned uid) {
    char path[64], map[64];
    snprintf(path, sizeof path, "/proc/%d/%s", process, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    int length = snprintf(map, sizeof map, "%d %u 1\n", OWNER, uid);
    if (file < 0 || write(file, map, (size_t)length) != length) die(path);
    close(file);
}

/* A user namespace that holds nothing but a mapping of ids. */
static int user_mapping(unsigned uid) {
    int made[2];
    char byte = 0, path[64];
    if (pipe2(made, O_CLOEXEC) < 0) die("pipe");
    pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) _exit(1);
        if (unshare(CLONE_NEWUSER) < 0 || write(made[1], &byte, 1) != 1) _exit(1);
        pause();
        _exit(0);
    }
    close(made[1]);
    if (read(made[0], &byte, 1) != 1) die("user namespace");
    close(made[0]);
    write_map(child, "uid_map", uid);
    write_map(child, "gid_map", uid);
    snprintf(path, sizeof path, "/proc/%d/ns/user", child);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) die(path);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return file;
}

/* Mounted in this namespace only: there is nothing to clean up, whatever happens. */
static void volume_into(const char *root, const char *pair) {
    char from[4096], target[4096];
    const char *colon = strchr(pair, ':');
    if (!colon) die("a pair FROM:TO is needed");
    snprintf(from, sizeof from, "%.*s", (int)(colon - pair), pair);
    snprintf(target, sizeof target, "%s%s", root, colon + 1);
    make_folders(target);
    mkdir(target, 0755);
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, from, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0) die(from);
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
        .propagation = MS_PRIVATE, .userns_fd = (uint64_t)users};
    if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0) die("mapped ids");
    if (syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0) die(target);
    close(tree);
    snprintf(target, sizeof target, "%s/proc", root);
    mkdir(target, 0755);
    if (mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, "subset=pid") < 0) die(target);
}

static void system_folders(const char *root) {
    static const char *const names[] = {"/usr", "/lib", "/lib64", "/bin"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char link[256], target[4096];
        ssize_t length = readlink(names[i], link, sizeof link - 1);
        snprintf(target, sizeof target, "%s%s", root, names[i]);
        if (length > 0) {
            link[length] = 0;
            if (symlink(link, target) < 0) die(target);
        } else if (access(names[i], F_OK) == 0) {
            bind_into(root, names[i], names[i], MS_RDONLY);
        }
    }
    if (access("/etc/ld.so.cache", R_OK) == 0) bind_into(root, "/etc/ld.so.cache", "/etc/ld.so.cache", MS_RDONLY | MS_NOEXEC);
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/urandom"};
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) bind_into(root, devices[i], devices[i], MS_NOEXEC);
}

static void limit(int resource, rlim_t most) {
    struct rlimit limits;
    if (getrlimit(resource, &limits) < 0) die("getrlimit");
    if (limits.rlim_max < most) most = limits.rlim_max;
    limits.rlim_cur = limits.rlim_max = most;
    if (setrlimit(resource, &limits) < 0) die("setrlimit");
}

/* Also more than whoever started this may have, where that is allowed. */
static void limit_open_of_volume(void) {
    struct rlimit limits = {MAX_OPEN_OF_VOLUME, MAX_OPEN_OF_VOLUME};
    if (setrlimit(RLIMIT_NOFILE, &limits) < 0) limit(RLIMIT_NOFILE, MAX_OPEN_OF_VOLUME);
}

static void confine(unsigned uid) {
    if (users < 0) limit(RLIMIT_FSIZE, MAX_FILE);
    if (users < 0) limit(RLIMIT_NOFILE, MAX_OPEN);
    else limit_open_of_volume();
    limit(RLIMIT_CORE, 0);
    for (int capability = 0; capability < 64; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0) die("cannot become another user");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) die("no_new_privs");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) die("parent's death");
}

static void enter_root(const char *root, int argc, char **argv) {
    if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0) die("mounts");
    if (mount("jail", root, "tmpfs", MS_NOSUID, "size=1m,mode=755") < 0) die(root);
    system_folders(root);
    for (int i = 0; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "-r") == 0) bind_pair(root, argv[i + 1], MS_RDONLY | MS_NOEXEC);
        else if (strcmp(argv[i], "-x") == 0) bind_pair(root, argv[i + 1], MS_RDONLY);
        else if (strcmp(argv[i], "-w") == 0) bind_pair(root, argv[i + 1], MS_NOEXEC);
        else if (strcmp(argv[i], "-v") == 0) volume_into(root, argv[i + 1]);
        else if (strcmp(argv[i], "-d") == 0) bind_into(root, argv[i + 1], argv[i + 1], MS_NOEXEC);
    }
    if (chdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0) die("root");
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID, NULL) < 0) die("root");
}

static int supervise(pid_t child) {
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    struct pollfd polls[] = {{.fd = signalfd(-1, &mask, SFD_CLOEXEC), .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    while (1) {
        int status;
        if (waitpid(child, &status, WNOHANG) == child)
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (poll(polls, 2, -1) < 0 && errno != EINTR) die("poll");
        if (polls[0].revents) {
            struct signalfd_siginfo info;
            if (read(polls[0].fd, &info, sizeof info) < 0) die("signalfd");
        }
        char byte;
        if (polls[1].revents && read(0, &byte, 1) <= 0) {
            kill(child, SIGKILL);
            polls[1].fd = -1;
        }
    }
}

int main(int argc, char **argv) {
    int command = 3;
    while (command < argc && strcmp(argv[command], "--") != 0) command++;
    if (command + 1 >= argc) {
        errno = EINVAL;
        die("jailer UID ROOT [options] -- COMMAND");
    }
    unsigned uid = (unsigned)strtoul(argv[1], NULL, 10);
    for (int i = 3; i + 1 < command; i += 2) {
        if (strcmp(argv[i], "-c") == 0) enter_cgroup(argv[i + 1]);
        else if (strcmp(argv[i], "-i") == 0) open_as(argv[i + 1], 3);
        else if (strcmp(argv[i], "-v") == 0) users = user_mapping(uid);
    }
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    unsigned long flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | SIGCHLD;
    pid_t child = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
    if (child < 0) die("clone");
    if (child == 0) {
        enter_root(argv[2], command - 3, argv + 3);
        int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (dup2(nothing, 0) < 0) die("/dev/null");
        sigprocmask(SIG_UNBLOCK, &mask, NULL);
        confine(uid);
        execv(argv[command + 1], argv + command + 1);
        die(argv[command + 1]);
    }
    return supervise(child);
}
