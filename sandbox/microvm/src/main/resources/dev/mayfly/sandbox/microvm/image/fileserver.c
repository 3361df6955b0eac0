/*
 * A volume's files for one guest, which is not trusted: answers the FUSE requests that its kernel sends through the agent.
 *
 * fileserver FOLDER SOCKET
 *
 * Runs in the jailer's jail, where nothing but the folder and the socket are, as the user that the folder's files belong to. Locks
 * are this machine's, so that they hold against every other sandbox too: flock's on the guest's open file, fcntl's on an open
 * file of the guest's lock owner. Who waits for one is tried again until it is free. Nothing else waits, so one thread is enough.
 */
#define _GNU_SOURCE
#include "fileserver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { RETRY_MS = 10, LONGEST_NAME = 255 };

static int line;
static char request[MAX_MESSAGE];

void die(const char *what) {
    dprintf(2, "fileserver: %s: %s\n", what, strerror(errno));
    _exit(1);
}

static void receive(char *to, size_t length) {
    while (length > 0) {
        ssize_t got = read(line, to, length);
        if (got == 0) _exit(0);
        if (got < 0) {
            if (errno == EINTR) continue;
            die("read");
        }
        to += got;
        length -= (size_t)got;
    }
}

static void answer_whole(uint64_t unique, int error, const void *content, size_t length) {
    struct fuse_out_header header = {.len = (uint32_t)(sizeof header + length), .error = -error, .unique = unique};
    struct iovec parts[] = {{&header, sizeof header}, {(void *)content, length}};
    int first = 0;
    while (first < 2) {
        ssize_t written = writev(line, parts + first, 2 - first);
        if (written < 0) {
            if (errno == EINTR) continue;
            die("write");
        }
        while (first < 2 && (size_t)written >= parts[first].iov_len) written -= (ssize_t)parts[first++].iov_len;
        if (first < 2) {
            parts[first].iov_base = (char *)parts[first].iov_base + written;
            parts[first].iov_len -= (size_t)written;
        }
    }
}

void answer(uint64_t unique, const void *content, size_t length) { answer_whole(unique, 0, content, length); }

void answer_error(uint64_t unique, int error) { answer_whole(unique, error, NULL, 0); }

/* The next of a request's strings; NULL when there is none. */
const char *next_text(struct message *message) {
    size_t length = strnlen(message->rest, message->left);
    if (length == message->left) return NULL;
    const char *text = message->rest;
    message->rest += length + 1;
    message->left -= length + 1;
    return text;
}

/* The next name of an entry in a folder: one that cannot lead out of it. */
const char *next_name(struct message *message) {
    const char *name = next_text(message);
    if (!name || !*name || strlen(name) > LONGEST_NAME) return NULL;
    return strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? NULL : name;
}

/* The next structure of a request; NULL when it is too short. */
const void *next_part(struct message *message, size_t length) {
    if (message->left < length) return NULL;
    const void *part = message->rest;
    message->rest += length;
    message->left -= length;
    return part;
}

static void serve_one(void) {
    struct fuse_in_header header;
    receive((char *)&header, sizeof header);
    if (header.len < sizeof header || header.len > MAX_MESSAGE) {
        errno = EPROTO;
        die("request");
    }
    size_t length = header.len - sizeof header;
    receive(request, length);
    serve(&(struct message){.opcode = header.opcode, .unique = header.unique, .node = header.nodeid, .rest = request, .left = length});
}

int main(int argc, char **argv) {
    if (argc != 3) {
        errno = EINVAL;
        die("fileserver FOLDER SOCKET");
    }
    umask(0);
    nodes_open(argv[1]);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[2]);
    line = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line < 0 || connect(line, (struct sockaddr *)&address, sizeof address) < 0) die(argv[2]);
    /* Whoever started this reads errors until now; later ones would only fill a disk. */
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, 2) < 0) die("/dev/null");
    close(nothing);
    confine();
    while (1) {
        struct pollfd ready = {.fd = line, .events = POLLIN};
        if (poll(&ready, 1, locks_waiting() ? RETRY_MS : -1) < 0 && errno != EINTR) die("poll");
        if (ready.revents) serve_one();
        locks_try_again();
    }
}
