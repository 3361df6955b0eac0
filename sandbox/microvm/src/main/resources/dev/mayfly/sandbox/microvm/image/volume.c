/*
 * The volume of a function: a FUSE file system whose requests go to the host over a stream, and whose answers come from there.
 * Two threads of a process of their own carry them, so that neither direction waits for the other.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The host keeps a descriptor for each file that this kernel knows: too many, and what is not in use is forgotten. */
enum { MOST_TOLD = 16384, DEVICE = 1000, LINE };

static int device = -1, line = -1;
static long told; /* of entries, since it last forgot: at least as many as it has come to know */
static sem_t too_many;

static void count(const struct fuse_in_header *header) {
    switch (header->opcode) {
        case FUSE_LOOKUP:
        case FUSE_CREATE:
        case FUSE_MKNOD:
        case FUSE_MKDIR:
        case FUSE_SYMLINK:
        case FUSE_LINK: told++; break;
        default: return;
    }
    if (told > MOST_TOLD) {
        told = 0;
        sem_post(&too_many);
    }
}

static void *forget(void *unused) {
    (void)unused;
    while (1) {
        while (sem_wait(&too_many) < 0) {}
        int file = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
        if (file < 0) continue;
        while (write(file, "2", 1) < 0 && errno == EINTR) {}
        close(file);
    }
    return NULL;
}

static void *carry_requests(void *unused) {
    static char request[69632];
    (void)unused;
    while (1) {
        ssize_t length = read(device, request, sizeof request);
        if (length < 0 && (errno == EINTR || errno == EAGAIN || errno == ENOENT)) continue;
        if (length < (ssize_t)sizeof(struct fuse_in_header)) _exit(0);
        count((const struct fuse_in_header *)request);
        for (ssize_t at = 0; at < length;) {
            ssize_t sent = send(line, request + at, (size_t)(length - at), MSG_NOSIGNAL);
            if (sent < 0 && errno != EINTR) _exit(0);
            if (sent > 0) at += sent;
        }
    }
}

static void receive(char *to, size_t length) {
    if (length > 0 && recv(line, to, length, MSG_WAITALL) != (ssize_t)length) _exit(0);
}

static void carry_answers(void) {
    static char answer[MAX_PAYLOAD];
    while (1) {
        struct fuse_out_header *header = (struct fuse_out_header *)answer;
        receive(answer, sizeof *header);
        if (header->len < sizeof *header || header->len > sizeof answer) _exit(1);
        receive(answer + sizeof *header, header->len - sizeof *header);
        /* One that nobody waits for any more is refused, which matters to nobody. */
        if (write(device, answer, header->len) < 0 && errno == ENODEV) _exit(0);
    }
}

/* Nothing of the agent's stays open here: its connections end when it closes them. */
static void keep_only(int fuse, int stream) {
    device = dup2(fuse, DEVICE);
    line = dup2(stream, LINE);
    if (device < 0 || line < 0 || syscall(SYS_close_range, 3, DEVICE - 1, 0) < 0) _exit(1);
}

static void carry(void) {
    pthread_t requests, forgetter;
    prctl(PR_SET_NAME, "volume");
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0 && write(score, "-1000", 5) < 0) _exit(1);
    close(score);
    sem_init(&too_many, 0, 0);
    if (pthread_create(&requests, NULL, carry_requests, NULL) || pthread_create(&forgetter, NULL, forget, NULL)) _exit(1);
    carry_answers();
}

static const char *fail(const char *what) {
    static char failure[400];
    snprintf(failure, sizeof failure, "%s: %s", what, strerror(errno));
    return failure;
}

/* Mounts it at /mnt/NAME, in a folder of names in memory: the root is read-only, and so is that from then on. */
const char *volume_mount(const char *name) {
    char path[300], options[200];
    int ends[2];
    snprintf(path, sizeof path, "/mnt/%s", name);
    device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (device < 0) return fail("/dev/fuse");
    if (mount("volumes", "/mnt", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=16k,mode=755") < 0) return fail("/mnt");
    if (mkdir(path, 0755) < 0) return fail(path);
    snprintf(options, sizeof options,
        "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions,max_read=%d", device, VOLUME_DATA);
    if (mount("volume", path, "fuse", MS_NOSUID | MS_NODEV | MS_NOATIME, options) < 0) return fail(path);
    if (mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0) return fail("/mnt");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return fail("socketpair");
    pid_t child = fork();
    if (child < 0) return fail("fork");
    if (child == 0) {
        keep_only(device, ends[1]);
        carry();
    }
    close(ends[1]);
    close(device);
    device = -1;
    return streams_carry(VOLUME, ends[0]) ? NULL : "no stream is free for the volume";
}
