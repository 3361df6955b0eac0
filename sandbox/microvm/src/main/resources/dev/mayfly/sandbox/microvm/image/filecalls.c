/* What each request does. A guest's kernel keeps nothing back and nothing for later: all is asked for anew, all is written at once. */
#define _GNU_SOURCE
#include "fileserver.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN_FLAGS = O_ACCMODE | O_APPEND | O_TRUNC | O_SYNC | O_DSYNC, ANSWERED = -1, NOBODY = 65534, MODE = 07777 };

static char data[MAX_DATA];

static struct fuse_attr attributes_of(const struct stat *status) {
    uint32_t owner = status->st_uid == getuid() ? OWNER : NOBODY;
    uint32_t group = status->st_gid == getgid() ? OWNER : NOBODY;
    return (struct fuse_attr){.ino = status->st_ino, .size = (uint64_t)status->st_size, .blocks = (uint64_t)status->st_blocks,
        .atime = (uint64_t)status->st_atim.tv_sec, .mtime = (uint64_t)status->st_mtim.tv_sec,
        .ctime = (uint64_t)status->st_ctim.tv_sec, .atimensec = (uint32_t)status->st_atim.tv_nsec,
        .mtimensec = (uint32_t)status->st_mtim.tv_nsec, .ctimensec = (uint32_t)status->st_ctim.tv_nsec,
        .mode = status->st_mode, .nlink = (uint32_t)status->st_nlink, .uid = owner, .gid = group,
        .blksize = (uint32_t)status->st_blksize};
}

static int stat_node(const struct node *node, struct stat *status) {
    return fstatat(node->fd, "", status, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) < 0 ? errno : 0;
}

static int entry_of(struct node *folder, const char *name, struct fuse_entry_out *entry, struct node **found) {
    struct node *node = node_at(folder, name);
    if (!node) return errno;
    struct stat status;
    int error = stat_node(node, &status);
    if (error) {
        node_forget(node->number, 1);
        return error;
    }
    *entry = (struct fuse_entry_out){.nodeid = node->number, .generation = node->generation, .attr = attributes_of(&status)};
    if (found) *found = node;
    return 0;
}

static int answer_entry(struct message *message, struct node *folder, const char *name) {
    struct fuse_entry_out entry;
    int error = entry_of(folder, name, &entry, NULL);
    if (error) return error;
    answer(message->unique, &entry, sizeof entry);
    return ANSWERED;
}

static int answer_attributes(struct message *message, const struct stat *status) {
    struct fuse_attr_out out = {.attr = attributes_of(status)};
    answer(message->unique, &out, sizeof out);
    return ANSWERED;
}

static int begin(struct message *message) {
    const struct fuse_init_in *in = next_part(message, 16);
    if (!in || in->major != FUSE_KERNEL_VERSION || in->minor < 31) return EPROTO;
    struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = MAX_DATA, .max_pages = MAX_DATA / 4096,
        .max_background = 12, .congestion_threshold = 9, .time_gran = 1};
    out.flags = in->flags & (FUSE_POSIX_LOCKS | FUSE_FLOCK_LOCKS | FUSE_ATOMIC_O_TRUNC | FUSE_BIG_WRITES | FUSE_MAX_PAGES);
    answer(message->unique, &out, sizeof out);
    return ANSWERED;
}

static int get_attributes(struct message *message, struct node *node) {
    const struct fuse_getattr_in *in = next_part(message, sizeof *in);
    struct stat status;
    if (!in) return EINVAL;
    int fd = in->getattr_flags & FUSE_GETATTR_FH ? handle_fd(in->fh) : -1;
    int error = fd >= 0 ? (fstat(fd, &status) < 0 ? errno : 0) : stat_node(node, &status);
    return error ? error : answer_attributes(message, &status);
}

static struct timespec time_wish(uint32_t valid, uint32_t set, uint32_t now, uint64_t seconds, uint32_t nanos) {
    if (valid & now) return (struct timespec){.tv_nsec = UTIME_NOW};
    if (valid & set) return (struct timespec){.tv_sec = (time_t)seconds, .tv_nsec = nanos};
    return (struct timespec){.tv_nsec = UTIME_OMIT};
}

static int set_attributes(struct message *message, struct node *node) {
    const struct fuse_setattr_in *in = next_part(message, sizeof *in);
    if (!in) return EINVAL;
    if ((in->valid & FATTR_UID && in->uid != OWNER) || (in->valid & FATTR_GID && in->gid != OWNER)) return EPERM;
    if (in->valid & FATTR_MODE && (node->type == S_IFLNK || chmod(node_path(node), in->mode & MODE) < 0))
        return node->type == S_IFLNK ? EOPNOTSUPP : errno;
    if (in->valid & FATTR_SIZE) {
        if (node->type != S_IFREG) return EINVAL;
        int fd = in->valid & FATTR_FH ? handle_fd(in->fh) : -1;
        if ((fd >= 0 ? ftruncate(fd, (off_t)in->size) : truncate(node_path(node), (off_t)in->size)) < 0) return errno;
    }
    if (in->valid & (FATTR_ATIME | FATTR_MTIME | FATTR_ATIME_NOW | FATTR_MTIME_NOW)) {
        struct timespec times[] = {time_wish(in->valid, FATTR_ATIME, FATTR_ATIME_NOW, in->atime, in->atimensec),
            time_wish(in->valid, FATTR_MTIME, FATTR_MTIME_NOW, in->mtime, in->mtimensec)};
        if (utimensat(AT_FDCWD, node_path(node), times, 0) < 0) return errno;
    }
    struct stat status;
    int error = stat_node(node, &status);
    return error ? error : answer_attributes(message, &status);
}

static int read_link(struct message *message, struct node *node) {
    ssize_t length = readlinkat(node->fd, "", data, PATH_MAX);
    if (length < 0) return errno;
    answer(message->unique, data, (size_t)length);
    return ANSWERED;
}

static int make_link(struct message *message, struct node *folder) {
    const char *name = next_name(message), *target = next_text(message);
    if (!name || !target) return EINVAL;
    return symlinkat(target, folder->fd, name) < 0 ? errno : answer_entry(message, folder, name);
}

static int make_node(struct message *message, struct node *folder) {
    const struct fuse_mknod_in *in = next_part(message, sizeof *in);
    const char *name = in ? next_name(message) : NULL;
    if (!name) return EINVAL;
    mode_t type = in->mode & S_IFMT;
    if (type != S_IFREG && type != S_IFIFO && type != S_IFSOCK) return EPERM;
    return mknodat(folder->fd, name, type | (in->mode & MODE), 0) < 0 ? errno : answer_entry(message, folder, name);
}

static int make_folder(struct message *message, struct node *folder) {
    const struct fuse_mkdir_in *in = next_part(message, sizeof *in);
    const char *name = in ? next_name(message) : NULL;
    if (!name) return EINVAL;
    return mkdirat(folder->fd, name, in->mode & MODE) < 0 ? errno : answer_entry(message, folder, name);
}

static int take_away(struct message *message, struct node *folder, int flags) {
    const char *name = next_name(message);
    if (!name) return EINVAL;
    return unlinkat(folder->fd, name, flags) < 0 ? errno : 0;
}

static int rename_entry(struct message *message, struct node *folder, uint64_t to, unsigned flags) {
    struct node *target = node_of(to);
    const char *from_name = next_name(message), *to_name = next_name(message);
    if (!target || !from_name || !to_name || flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) return EINVAL;
    return renameat2(folder->fd, from_name, target->fd, to_name, flags) < 0 ? errno : 0;
}

static int rename_call(struct message *message, struct node *folder) {
    if (message->opcode == FUSE_RENAME) {
        const struct fuse_rename_in *in = next_part(message, sizeof *in);
        return in ? rename_entry(message, folder, in->newdir, 0) : EINVAL;
    }
    const struct fuse_rename2_in *in = next_part(message, sizeof *in);
    return in ? rename_entry(message, folder, in->newdir, in->flags) : EINVAL;
}

static int hard_link(struct message *message, struct node *folder) {
    const struct fuse_link_in *in = next_part(message, sizeof *in);
    const char *name = in ? next_name(message) : NULL;
    struct node *node = in ? node_of(in->oldnodeid) : NULL;
    if (!name || !node) return EINVAL;
    if (linkat(AT_FDCWD, node_path(node), folder->fd, name, AT_SYMLINK_FOLLOW) < 0) return errno;
    return answer_entry(message, folder, name);
}

static int open_node(struct message *message, struct node *node, int extra) {
    const struct fuse_open_in *in = next_part(message, sizeof *in);
    if (!in) return EINVAL;
    int fd = node_open(node, extra ? O_RDONLY | extra : (int)in->flags & OPEN_FLAGS);
    if (fd < 0) return errno;
    /* What others write is to be seen at once: no guest keeps pages of it. */
    struct fuse_open_out out = {.fh = handle_add(fd, node, (int)in->flags), .open_flags = extra ? 0 : FOPEN_DIRECT_IO};
    answer(message->unique, &out, sizeof out);
    return ANSWERED;
}

static int create(struct message *message, struct node *folder) {
    const struct fuse_create_in *in = next_part(message, sizeof *in);
    const char *name = in ? next_name(message) : NULL;
    if (!name) return EINVAL;
    int flags = ((int)in->flags & (OPEN_FLAGS | O_EXCL)) | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int fd = openat(folder->fd, name, flags, in->mode & MODE);
    if (fd < 0) return errno == EMFILE ? ENFILE : errno;
    struct { struct fuse_entry_out entry; struct fuse_open_out open; } out = {0};
    struct node *node = NULL;
    struct stat status;
    int error = entry_of(folder, name, &out.entry, &node);
    if (!error && (fstat(fd, &status) < 0 || status.st_ino != node->inode || !S_ISREG(status.st_mode))) {
        node_forget(node->number, 1); /* another sandbox was quicker */
        error = ESTALE;
    }
    if (error) {
        close(fd);
        return error;
    }
    out.open = (struct fuse_open_out){.fh = handle_add(fd, node, flags), .open_flags = FOPEN_DIRECT_IO};
    answer(message->unique, &out, sizeof out);
    return ANSWERED;
}

static int read_file(struct message *message) {
    const struct fuse_read_in *in = next_part(message, sizeof *in);
    int fd = in ? handle_fd(in->fh) : -1;
    if (fd < 0) return EBADF;
    ssize_t length = pread(fd, data, in->size < MAX_DATA ? in->size : MAX_DATA, (off_t)in->offset);
    if (length < 0) return errno;
    answer(message->unique, data, (size_t)length);
    return ANSWERED;
}

static int write_file(struct message *message) {
    const struct fuse_write_in *in = next_part(message, sizeof *in);
    int fd = in ? handle_fd(in->fh) : -1;
    if (fd < 0) return EBADF;
    if (in->size > message->left) return EINVAL;
    if (handle_append(in->fh, (int)in->flags & O_APPEND) < 0) return errno;
    ssize_t length = pwrite(fd, message->rest, in->size, (off_t)in->offset);
    if (length < 0) return errno;
    struct fuse_write_out out = {.size = (uint32_t)length};
    answer(message->unique, &out, sizeof out);
    return ANSWERED;
}

struct entry {
    uint64_t inode;
    int64_t next;
    unsigned short length;
    unsigned char type;
    char name[];
};

static int read_folder(struct message *message) {
    static char raw[32768];
    const struct fuse_read_in *in = next_part(message, sizeof *in);
    int fd = in ? handle_fd(in->fh) : -1;
    if (fd < 0) return EBADF;
    if (lseek(fd, (off_t)in->offset, SEEK_SET) < 0) return errno;
    size_t room = in->size < MAX_DATA ? in->size : MAX_DATA, used = 0;
    long got = syscall(SYS_getdents64, fd, raw, room < sizeof raw ? room : sizeof raw);
    if (got < 0) return errno;
    for (long at = 0; at < got;) {
        const struct entry *entry = (const struct entry *)(raw + at);
        size_t name = strlen(entry->name), needed = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + name);
        if (used + needed > room) break;
        struct fuse_dirent *out = (struct fuse_dirent *)(data + used);
        memset(out, 0, needed);
        *out = (struct fuse_dirent){.ino = entry->inode, .off = (uint64_t)entry->next, .namelen = (uint32_t)name, .type = entry->type};
        memcpy(data + used + FUSE_NAME_OFFSET, entry->name, name);
        used += needed;
        at += entry->length;
    }
    answer(message->unique, data, used);
    return ANSWERED;
}

static int statistics(struct message *message, struct node *node) {
    struct statfs found;
    if (fstatfs(node->fd, &found) < 0) return errno;
    struct fuse_statfs_out out = {.st = {.blocks = found.f_blocks, .bfree = found.f_bfree, .bavail = found.f_bavail,
        .files = found.f_files, .ffree = found.f_ffree, .bsize = (uint32_t)found.f_bsize,
        .namelen = (uint32_t)found.f_namelen, .frsize = (uint32_t)found.f_frsize}};
    answer(message->unique, &out, sizeof out);
    return ANSWERED;
}

static int synchronise(struct message *message) {
    const struct fuse_fsync_in *in = next_part(message, sizeof *in);
    int fd = in ? handle_fd(in->fh) : -1;
    if (fd < 0) return EBADF;
    return (in->fsync_flags & FUSE_FSYNC_FDATASYNC ? fdatasync(fd) : fsync(fd)) < 0 ? errno : 0;
}

static int allocate(struct message *message) {
    const struct fuse_fallocate_in *in = next_part(message, sizeof *in);
    int fd = in ? handle_fd(in->fh) : -1;
    if (fd < 0) return EBADF;
    if (in->mode & ~(uint32_t)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) return EOPNOTSUPP;
    return fallocate(fd, (int)in->mode, (off_t)in->offset, (off_t)in->length) < 0 ? errno : 0;
}

static int seek(struct message *message) {
    const struct fuse_lseek_in *in = next_part(message, sizeof *in);
    int fd = in ? handle_fd(in->fh) : -1;
    if (fd < 0) return EBADF;
    off_t found = lseek(fd, (off_t)in->offset, (int)in->whence);
    if (found < 0) return errno;
    struct fuse_lseek_out out = {.offset = (uint64_t)found};
    answer(message->unique, &out, sizeof out);
    return ANSWERED;
}

static int close_file(struct message *message, struct node *node) {
    if (message->opcode == FUSE_FLUSH) {
        const struct fuse_flush_in *in = next_part(message, sizeof *in);
        if (!in) return EINVAL;
        if (node) lock_close(node, in->lock_owner);
    } else {
        const struct fuse_release_in *in = next_part(message, sizeof *in);
        if (!in) return EINVAL;
        handle_close(in->fh);
    }
    return 0;
}

/* These are never answered. */
static int told(struct message *message) {
    if (message->opcode == FUSE_FORGET) {
        const struct fuse_forget_in *in = next_part(message, sizeof *in);
        if (in) node_forget(message->node, in->nlookup);
    } else if (message->opcode == FUSE_BATCH_FORGET) {
        const struct fuse_batch_forget_in *in = next_part(message, sizeof *in);
        for (uint32_t i = 0; in && i < in->count; i++) {
            const struct fuse_forget_one *one = next_part(message, sizeof *one);
            if (!one) break;
            node_forget(one->nodeid, one->nlookup);
        }
    } else if (message->opcode == FUSE_INTERRUPT) {
        const struct fuse_interrupt_in *in = next_part(message, sizeof *in);
        if (in) locks_interrupt(in->unique);
    } else {
        return 0;
    }
    return 1;
}

static int in_folder(struct message *message, struct node *folder) {
    switch (message->opcode) {
        case FUSE_LOOKUP: {
            const char *name = next_name(message);
            return name ? answer_entry(message, folder, name) : ENOENT;
        }
        case FUSE_SYMLINK: return make_link(message, folder);
        case FUSE_MKNOD: return make_node(message, folder);
        case FUSE_MKDIR: return make_folder(message, folder);
        case FUSE_UNLINK: return take_away(message, folder, 0);
        case FUSE_RMDIR: return take_away(message, folder, AT_REMOVEDIR);
        case FUSE_RENAME:
        case FUSE_RENAME2: return rename_call(message, folder);
        case FUSE_LINK: return hard_link(message, folder);
        case FUSE_CREATE: return create(message, folder);
        case FUSE_OPENDIR: return open_node(message, folder, O_DIRECTORY);
        default: return ENOSYS;
    }
}

static int of_node(struct message *message, struct node *node) {
    switch (message->opcode) {
        case FUSE_GETATTR: return get_attributes(message, node);
        case FUSE_SETATTR: return set_attributes(message, node);
        case FUSE_READLINK: return read_link(message, node);
        case FUSE_STATFS: return statistics(message, node);
        case FUSE_OPEN: return open_node(message, node, 0);
        case FUSE_GETLK:
        case FUSE_SETLK:
        case FUSE_SETLKW: lock_call(message, node); return ANSWERED;
        default: return in_folder(message, node);
    }
}

static int perform(struct message *message) {
    struct node *node = node_of(message->node);
    switch (message->opcode) {
        case FUSE_INIT: return begin(message);
        case FUSE_DESTROY: return 0;
        case FUSE_READ: return read_file(message);
        case FUSE_WRITE: return write_file(message);
        case FUSE_READDIR: return read_folder(message);
        case FUSE_FSYNC:
        case FUSE_FSYNCDIR: return synchronise(message);
        case FUSE_FALLOCATE: return allocate(message);
        case FUSE_LSEEK: return seek(message);
        case FUSE_FLUSH:
        case FUSE_RELEASE:
        case FUSE_RELEASEDIR: return close_file(message, node);
        default: return node ? of_node(message, node) : ESTALE;
    }
}

void serve(struct message *message) {
    if (told(message)) return;
    int error = perform(message);
    if (error != ANSWERED) answer_error(message->unique, error);
}
