/* Locks on a volume's files: this machine's own, so that they keep other sandboxes out. */
#define _GNU_SOURCE
#include "fileserver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The kernel keeps a record for each range, which no limit of this process counts. */
enum { MOST_WAITING = 4096, MOST_RANGES = 4096 };

/* A request for a lock that another has. */
struct waiting {
    uint64_t unique, node;
    struct fuse_lk_in wish;
    struct waiting *next;
};

static struct waiting *all_waiting;
static int count_waiting;
static struct owner *all_owners;
static long all_ranges; /* at most so many */

/* Who holds an owner's locks, made when it is not there; NULL with errno. */
static struct owner *owner_of(struct node *node, uint64_t id) {
    for (struct owner *owner = node->owners; owner; owner = owner->next)
        if (owner->id == id) return owner;
    int fd = node_open(node, O_RDWR);
    if (fd < 0 && errno == EACCES) fd = node_open(node, O_RDONLY);
    if (fd < 0 && errno == EACCES) fd = node_open(node, O_WRONLY);
    if (fd < 0) return NULL;
    struct owner *owner = malloc(sizeof *owner);
    if (!owner) {
        close(fd);
        errno = ENOLCK;
        return NULL;
    }
    *owner = (struct owner){.id = id, .fd = fd, .next = node->owners, .after = all_owners};
    if (all_owners) all_owners->before = owner;
    node->owners = all_owners = owner;
    return owner;
}

/* How many ranges an owner has locked, as the kernel says: a line that begins with "lock:" for each. */
static long count_ranges(const struct owner *owner) {
    static const char word[] = "\nlock:";
    char path[64], text[4096];
    long ranges = 0;
    size_t matched = 0;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", owner->fd);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return owner->ranges;
    for (ssize_t length; (length = read(file, text, sizeof text)) > 0;) {
        for (ssize_t i = 0; i < length; i++) {
            matched = text[i] == word[matched] ? matched + 1 : text[i] == '\n';
            if (matched == sizeof word - 1) {
                ranges++;
                matched = 0;
            }
        }
    }
    close(file);
    return ranges;
}

/* Whether the owner may have so many ranges more; they are counted anew only when there may be too many. */
static int take_ranges(struct owner *owner, long more, long most) {
    if (all_ranges + more > most) {
        all_ranges = 0;
        for (struct owner *each = all_owners; each; each = each->after) all_ranges += each->ranges = count_ranges(each);
        if (all_ranges + more > most) return 0;
    }
    owner->ranges += more;
    all_ranges += more;
    return 1;
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
    struct owner *owner = owner_of(node, wish->owner);
    if (!owner) return errno;
    /* A lock in the midst of another makes three of it, and an end two: so that locks can end, ends have room of their own. */
    long more = type == F_UNLCK ? 1 : 2;
    if (!take_ranges(owner, more, type == F_UNLCK ? 2 * MOST_RANGES : MOST_RANGES)) return ENOLCK;
    struct flock range = range_of(&wish->lk);
    if (fcntl(owner->fd, F_OFD_SETLK, &range) == 0) return 0;
    int error = errno == EACCES ? EAGAIN : errno;
    owner->ranges -= more;
    all_ranges -= more;
    return error;
}

static int find_lock(struct message *message, struct node *node, const struct fuse_lk_in *wish) {
    if (wish->lk.start > (uint64_t)LLONG_MAX || wish->lk.end < wish->lk.start) return EINVAL;
    struct owner *owner = owner_of(node, wish->owner);
    if (!owner) return errno;
    struct flock range = range_of(&wish->lk);
    if (fcntl(owner->fd, F_OFD_GETLK, &range) < 0) return errno;
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
            *(owner->before ? &owner->before->after : &all_owners) = owner->after;
            if (owner->after) owner->after->before = owner->before;
            all_ranges -= owner->ranges;
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
