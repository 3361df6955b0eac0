/* Locks on a volume's files: this machine's own, so that they keep other sandboxes out. */
#define _GNU_SOURCE
#include "fileserver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { MOST_WAITING = 4096 };

/* A request for a lock that another has. */
struct waiting {
    uint64_t unique, node;
    struct fuse_lk_in wish;
    struct waiting *next;
};

static struct waiting *all_waiting;
static int count_waiting;

/* The open file that holds an owner's locks, made when it is not there; -1 with errno. */
static int fd_of_owner(struct node *node, uint64_t id) {
    for (struct owner *owner = node->owners; owner; owner = owner->next)
        if (owner->id == id) return owner->fd;
    int fd = node_open(node, O_RDWR);
    if (fd < 0 && errno == EACCES) fd = node_open(node, O_RDONLY);
    if (fd < 0 && errno == EACCES) fd = node_open(node, O_WRONLY);
    if (fd < 0) return -1;
    struct owner *owner = malloc(sizeof *owner);
    if (!owner) {
        close(fd);
        errno = ENOLCK;
        return -1;
    }
    *owner = (struct owner){.id = id, .fd = fd, .next = node->owners};
    node->owners = owner;
    return fd;
}

static struct flock range_of(const struct fuse_file_lock *lock) {
    struct flock range = {.l_type = (short)lock->type, .l_whence = SEEK_SET, .l_start = (off_t)lock->start};
    range.l_len = lock->end >= (uint64_t)LLONG_MAX ? 0 : (off_t)(lock->end - lock->start + 1);
    return range;
}

/* 0, or what is wrong; EAGAIN: another has it. */
static int try_lock(struct node *node, const struct fuse_lk_in *wish) {
    int type = (int)wish->lk.type;
    if (type != F_RDLCK && type != F_WRLCK && type != F_UNLCK) return EINVAL;
    if (wish->lk_flags & FUSE_LK_FLOCK) {
        int fd = handle_fd(wish->fh);
        if (fd < 0) return EBADF;
        int kind = type == F_UNLCK ? LOCK_UN : type == F_RDLCK ? LOCK_SH : LOCK_EX;
        return flock(fd, kind | LOCK_NB) < 0 ? errno : 0;
    }
    if (wish->lk.start > (uint64_t)LLONG_MAX || wish->lk.end < wish->lk.start) return EINVAL;
    int fd = fd_of_owner(node, wish->owner);
    if (fd < 0) return errno;
    struct flock range = range_of(&wish->lk);
    if (fcntl(fd, F_OFD_SETLK, &range) == 0) return 0;
    return errno == EACCES ? EAGAIN : errno;
}

static int find_lock(struct message *message, struct node *node, const struct fuse_lk_in *wish) {
    if (wish->lk.start > (uint64_t)LLONG_MAX || wish->lk.end < wish->lk.start) return EINVAL;
    int fd = fd_of_owner(node, wish->owner);
    if (fd < 0) return errno;
    struct flock range = range_of(&wish->lk);
    if (fcntl(fd, F_OFD_GETLK, &range) < 0) return errno;
    struct fuse_lk_out found = {.lk = {.type = (uint32_t)range.l_type}};
    if (range.l_type != F_UNLCK) { /* another sandbox's process has no number in the guest */
        found.lk.start = (uint64_t)range.l_start;
        found.lk.end = range.l_len == 0 ? (uint64_t)LLONG_MAX : (uint64_t)(range.l_start + range.l_len - 1);
    }
    answer(message->unique, &found, sizeof found);
    return -1;
}

static int wait_for(struct message *message, const struct fuse_lk_in *wish) {
    struct waiting *waiting = count_waiting < MOST_WAITING ? malloc(sizeof *waiting) : NULL;
    if (!waiting) return ENOLCK;
    *waiting = (struct waiting){.unique = message->unique, .node = message->node, .wish = *wish};
    struct waiting **last = &all_waiting;
    while (*last) last = &(*last)->next;
    *last = waiting;
    count_waiting++;
    return -1;
}

void lock_call(struct message *message, struct node *node) {
    const struct fuse_lk_in *wish = next_part(message, sizeof *wish);
    int error = EINVAL;
    if (wish && message->opcode == FUSE_GETLK) {
        error = find_lock(message, node, wish);
    } else if (wish) {
        error = try_lock(node, wish);
        if (error == EAGAIN && message->opcode == FUSE_SETLKW) error = wait_for(message, wish);
    }
    if (error >= 0) answer_error(message->unique, error);
}

/* A process closes the file: fcntl's locks of that owner end. */
void lock_close(struct node *node, uint64_t id) {
    for (struct owner **place = &node->owners; *place; place = &(*place)->next) {
        struct owner *owner = *place;
        if (owner->id == id) {
            *place = owner->next;
            close(owner->fd);
            free(owner);
            return;
        }
    }
}

void locks_forget(struct node *node) {
    while (node->owners) lock_close(node, node->owners->id);
}

static void remove_waiting(struct waiting **place, int error) {
    struct waiting *waiting = *place;
    *place = waiting->next;
    count_waiting--;
    answer_error(waiting->unique, error);
    free(waiting);
}

void locks_interrupt(uint64_t unique) {
    for (struct waiting **place = &all_waiting; *place; place = &(*place)->next) {
        if ((*place)->unique == unique) {
            remove_waiting(place, EINTR);
            return;
        }
    }
}

void locks_try_again(void) {
    for (struct waiting **place = &all_waiting; *place;) {
        struct node *node = node_of((*place)->node);
        int error = node ? try_lock(node, &(*place)->wish) : ENOENT;
        if (error == EAGAIN) place = &(*place)->next;
        else remove_waiting(place, error);
    }
}

int locks_waiting(void) { return count_waiting > 0; }
