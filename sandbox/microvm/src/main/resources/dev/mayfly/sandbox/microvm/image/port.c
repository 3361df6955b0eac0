/*
 * The port to the host: virtio-serial, or a vsock where the monitor has that instead (Firecracker). What it does not take at
 * once waits here; nothing else is produced meanwhile.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OUT = 1 << 20, VSOCK_PORT = 1024 };

static int port = -1;
static int listener = -1; /* when the port is a vsock */
static uint8_t in[HEADER + MAX_PAYLOAD + 1];
static uint32_t in_length;
static uint8_t out[OUT];
static uint32_t out_start, out_end;

static int find_port(char *path, size_t size) {
    DIR *devices = opendir("/dev");
    if (!devices) return 0;
    int found = 0;
    for (struct dirent *entry; !found && (entry = readdir(devices));) {
        if (strncmp(entry->d_name, "vport", 5) == 0) {
            snprintf(path, size, "/dev/%s", entry->d_name);
            found = 1;
        }
    }
    closedir(devices);
    return found;
}

/* Whether the driver has found a device. */
static int has_vsock(void) {
    DIR *devices = opendir("/sys/bus/virtio/drivers/vmw_vsock_virtio_transport");
    if (!devices) return 0;
    int found = 0;
    for (struct dirent *entry; !found && (entry = readdir(devices));) found = strncmp(entry->d_name, "virtio", 6) == 0;
    closedir(devices);
    return found;
}

static int listen_vsock(void) {
    struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = VSOCK_PORT};
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static void accept_host(void) {
    if (port >= 0) close(port);
    in_length = out_start = out_end = 0;
    while ((port = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0)
        if (errno != EINTR && errno != ECONNABORTED) die("vsock");
}

void port_open(void) {
    char path[280];
    int vsock = has_vsock();
    if (vsock && (listener = listen_vsock()) >= 0) {
        accept_host();
        return;
    }
    while (!find_port(path, sizeof path) || (port = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0)
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

int port_fd(void) { return port; }

short port_events(void) { return out_start < out_end ? POLLIN | POLLOUT : POLLIN; }

/* Whether there is nothing left to send, so that more may be produced. */
int port_idle(void) { return out_start == out_end; }

void port_flush(void) {
    while (out_start < out_end) {
        uint32_t length = out_end - out_start;
        ssize_t written = write(port, out + out_start, length > 32768 ? 32768 : length);
        if (written < 0) {
            if (errno == EAGAIN || errno == EINTR || errno == ENODEV) return;
            die("port");
        }
        out_start += (uint32_t)written;
    }
    out_start = out_end = 0;
}

void port_send_to(uint8_t type, uint8_t stream, uint16_t generation, const void *payload, uint32_t length) {
    if (out_start > 0) {
        memmove(out, out + out_start, out_end - out_start);
        out_end -= out_start;
        out_start = 0;
    }
    if (out_end + HEADER + length > OUT) {
        errno = ENOBUFS;
        die("port");
    }
    uint8_t *to = out + out_end;
    to[0] = type;
    to[1] = stream;
    to[2] = (uint8_t)(generation >> 8);
    to[3] = (uint8_t)generation;
    put32(to + 4, length);
    if (length) memcpy(to + HEADER, payload, length);
    out_end += HEADER + length;
    port_flush();
}

void port_send(uint8_t type, const void *payload, uint32_t length) { port_send_to(type, 0, 0, payload, length); }

void port_receive(void (*handle)(uint8_t, uint8_t, uint16_t, uint8_t *, uint32_t)) {
    while (1) {
        uint32_t wanted = in_length < HEADER ? HEADER : HEADER + get32(in + 4);
        if (wanted > HEADER + MAX_PAYLOAD) {
            errno = EPROTO;
            die("port");
        }
        if (in_length >= HEADER && in_length == wanted) {
            in_length = 0;
            handle(in[0], in[1], (uint16_t)(in[2] << 8 | in[3]), in + HEADER, wanted - HEADER);
            continue;
        }
        ssize_t got = read(port, in + in_length, wanted - in_length);
        if (got <= 0) {
            if (listener >= 0 && (got == 0 || errno == ECONNRESET)) accept_host(); /* the host of a copy comes anew */
            return;
        }
        in_length += (uint32_t)got;
    }
}
