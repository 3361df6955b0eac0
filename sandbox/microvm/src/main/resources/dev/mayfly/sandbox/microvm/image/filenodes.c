/* What a guest knows by number: files and folders (nodes), and those that it has open (handles). */
#define _GNU_SOURCE
#include "fileserver.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BUCKETS = 4096 };

static struct node **nodes; /* a node's number is its place and one */
static size_t node_count, node_room;
static struct node *free_nodes;
static struct node *buckets[BUCKETS];
/* An open file or folder. */
static struct handle {
    int fd; /* -1: free */
    int append; /* O_APPEND or 0, as its last writer has it */
    uint64_t node, generation;
} *handles;
static size_t handle_count, handle_room;

static size_t bucket_of(dev_t device, ino_t inode) { return (size_t)(inode * 2654435761u ^ device) % BUCKETS; }

static struct node *new_node(void) {
    struct node *node = free_nodes;
    if (node) {
        free_nodes = node->same_hash;
        node->generation++;
        return node;
    }
    if (node_count == node_room) {
        size_t room = node_room ? 2 * node_room : 256;
        struct node **more = realloc(nodes, room * sizeof *more);
        if (!more) return NULL;
        nodes = more;
        node_room = room;
    }
    node = calloc(1, sizeof *node);
    if (!node) return NULL;
    nodes[node_count++] = node;
    node->number = node_count;
    return node;
}

/* The node of an open place, which it keeps or closes. */
static struct node *node_for(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0) {
        close(fd);
        return NULL;
    }
    size_t bucket = bucket_of(status.st_dev, status.st_ino);
    for (struct node *node = buckets[bucket]; node; node = node->same_hash) {
        if (node->inode == status.st_ino && node->device == status.st_dev) {
            close(fd);
            node->known++;
            return node;
        }
    }
    struct node *node = new_node();
    if (!node) {
        close(fd);
        errno = ENOMEM;
        return NULL;
    }
    node->fd = fd;
    node->device = status.st_dev;
    node->inode = status.st_ino;
    node->type = status.st_mode & S_IFMT;
    node->known = 1;
    node->opens = 0;
    node->owners = NULL;
    node->same_hash = buckets[bucket];
    buckets[bucket] = node;
    return node;
}

void nodes_open(const char *folder) {
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || !node_for(fd)) die(folder);
}

struct node *node_of(uint64_t number) {
    if (number == 0 || number > node_count || nodes[number - 1]->fd < 0) return NULL;
    return nodes[number - 1];
}

/* The node of an entry, which the guest is told of. */
struct node *node_at(struct node *folder, const char *name) {
    int fd = openat(folder->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EMFILE) errno = ENFILE;
    return fd < 0 ? NULL : node_for(fd);
}

void node_forget(uint64_t number, uint64_t times) {
    struct node *node = node_of(number);
    if (!node || number == FUSE_ROOT_ID) return;
    node->known -= times < node->known ? times : node->known;
    if (node->known > 0) return;
    locks_forget(node);
    struct node **place = &buckets[bucket_of(node->device, node->inode)];
    while (*place != node) place = &(*place)->same_hash;
    *place = node->same_hash;
    close(node->fd);
    node->fd = -1;
    node->same_hash = free_nodes;
    free_nodes = node;
}

/* A path that leads to just this node, whatever its name is now. */
const char *node_path(const struct node *node) {
    static char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", node->fd);
    return path;
}

/* Opens a file or folder; nothing else can be opened. */
int node_open(const struct node *node, int flags) {
    if (node->type != S_IFREG && node->type != S_IFDIR) {
        errno = EPERM;
        return -1;
    }
    int fd = open(node_path(node), flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == EMFILE) errno = ENFILE;
    return fd;
}

static size_t free_handle(void) {
    for (size_t i = 0; i < handle_count; i++)
        if (handles[i].fd < 0) return i;
    if (handle_count == handle_room) {
        size_t room = handle_room ? 2 * handle_room : 64;
        struct handle *more = realloc(handles, room * sizeof *more);
        if (!more) die("memory");
        handles = more;
        handle_room = room;
    }
    return handle_count++;
}

uint64_t handle_add(int fd, struct node *node, int flags) {
    size_t handle = free_handle();
    handles[handle] = (struct handle){.fd = fd, .append = flags & O_APPEND, .node = node->number, .generation = node->generation};
    node->opens++;
    return handle;
}

int handle_fd(uint64_t handle) { return handle < handle_count ? handles[handle].fd : -1; }

/* A guest's program may change its mind after it has opened the file; -1 with errno. */
int handle_append(uint64_t handle, int append) {
    if (handles[handle].append == append) return 0;
    if (fcntl(handles[handle].fd, F_SETFL, append | O_NONBLOCK) < 0) return -1;
    handles[handle].append = append;
    return 0;
}

/* What nobody has open any more nobody has locked. */
void handle_close(uint64_t handle) {
    if (handle_fd(handle) < 0) return;
    close(handles[handle].fd);
    handles[handle].fd = -1;
    struct node *node = node_of(handles[handle].node);
    if (node && node->generation == handles[handle].generation && --node->opens == 0) locks_forget(node);
}

#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define HAS(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, yes, no)
#define ARGUMENT(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n]))
#define YES BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define NO BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW(call) IS(SYS_##call, 0, 1), YES

/* From now on only the calls that serving needs: no program, no process, no connection. */
void confine(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(read), ALLOW(write), ALLOW(writev), ALLOW(pread64), ALLOW(pwrite64), ALLOW(poll), ALLOW(close), ALLOW(open),
        ALLOW(openat), ALLOW(getuid), ALLOW(getgid), ALLOW(fstat), ALLOW(newfstatat), ALLOW(statx), ALLOW(fstatfs), ALLOW(lseek), ALLOW(getdents64),
        ALLOW(readlinkat), ALLOW(symlinkat), ALLOW(mkdirat), ALLOW(mknodat), ALLOW(unlinkat), ALLOW(renameat), ALLOW(renameat2),
        ALLOW(linkat), ALLOW(chmod), ALLOW(fchmodat), ALLOW(utimensat), ALLOW(truncate), ALLOW(ftruncate), ALLOW(fsync),
        ALLOW(fdatasync), ALLOW(fallocate), ALLOW(brk), ALLOW(mremap),
        ALLOW(munmap), ALLOW(restart_syscall), ALLOW(rt_sigreturn), ALLOW(exit_group), ALLOW(exit),
        IS(SYS_flock, 0, 4), ARGUMENT(1), HAS(LOCK_NB, 0, 1), YES, NO,
        IS(SYS_mmap, 0, 4), ARGUMENT(2), HAS(PROT_EXEC, 1, 0), YES, NO,
        IS(SYS_fcntl, 0, 5), ARGUMENT(1), IS(F_OFD_SETLK, 2, 0), IS(F_OFD_GETLK, 1, 0), IS(F_SETFL, 0, 1), YES, NO};
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) die("seccomp");
}
