/*
 * Connections that the function makes to the addresses there are: each is a stream to the host. Either side sends at
 * most WINDOW bytes that the other has not yet passed on.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { GATEWAY_PORT = 9000, RUNTIME_PORT = 9001, FIRST = 1 };

struct stream {
    int fd;              /* -1: free */
    uint16_t generation; /* of those that had this number */
    uint8_t *waiting;    /* from the host, not yet taken by the function */
    uint32_t start, end;
    uint32_t credit;     /* what the host may still be sent */
    uint32_t passed;     /* what was passed on and not yet told to the host */
    uint8_t read_closed; /* the function has sent all it will */
    uint8_t host_closed; /* the host has sent all it will */
};

static struct stream streams[MAX_STREAMS];
static int listeners[SERVICES] = {-1, -1, -1};
static uint8_t buffer[MAX_PAYLOAD];

static void tell(uint8_t type, int id, const void *payload, uint32_t length) {
    port_send_to(type, (uint8_t)id, streams[id].generation, payload, length);
}

static void reset_stream(struct stream *stream) {
    if (stream->fd >= 0) close(stream->fd);
    free(stream->waiting);
    *stream = (struct stream){.fd = -1, .generation = stream->generation};
}

static int listen_on(int family, const struct sockaddr *address, socklen_t length) {
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, address, length) < 0 || listen(fd, 128) < 0) die("listen");
    return fd;
}

static int listen_tcp(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return listen_on(AF_INET, (struct sockaddr *)&address, sizeof address);
}

void streams_listen(void) {
    for (int i = 0; i < MAX_STREAMS; i++) streams[i].fd = -1;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &loopback) < 0) die("lo");
    close(fd);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/runtime.sock"};
    listeners[RUNTIME_FRAMES] = listen_on(AF_UNIX, (struct sockaddr *)&address, sizeof address);
    if (chmod("/run/runtime.sock", 0666) < 0) die("/run/runtime.sock");
}

/* Opens the TCP ports. Later than the socket, so that a shell's first stream is its runtime's. */
void streams_listen_network(int http) {
    if (http && listeners[RUNTIME_HTTP] < 0) listeners[RUNTIME_HTTP] = listen_tcp(RUNTIME_PORT);
    if (listeners[GATEWAY] < 0) listeners[GATEWAY] = listen_tcp(GATEWAY_PORT);
}

/* The host of a copy knows only the first stream, with all its credit. */
void streams_after_restore(void) {
    for (int i = 0; i < MAX_STREAMS; i++) {
        if (i == FIRST) {
            streams[i].credit = WINDOW;
            streams[i].passed = 0;
        } else if (streams[i].fd >= 0) {
            reset_stream(&streams[i]);
        }
    }
}

static int free_stream(void) {
    for (int i = FIRST; i < MAX_STREAMS; i++)
        if (streams[i].fd < 0) return i;
    return -1;
}

static int open_stream(int id, int fd, const uint8_t *payload, uint32_t length) {
    uint8_t *waiting = malloc(WINDOW);
    if (!waiting) return 0;
    streams[id] = (struct stream){
        .fd = fd, .generation = (uint16_t)(streams[id].generation + 1), .waiting = waiting, .credit = WINDOW};
    tell(F_OPEN, id, payload, length);
    return 1;
}

static void accept_one(int service) {
    int id = free_stream();
    if (id < 0) return;
    int fd = accept4(listeners[service], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (service == RUNTIME_FRAMES) { /* the runtime has connected; nobody else may */
        close(listeners[service]);
        listeners[service] = -1;
    } else {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    uint8_t payload = (uint8_t)service;
    if (!open_stream(id, fd, &payload, 1)) close(fd);
}

/* Whether somebody listens there: what connects to the loopback interface does so at once, or never. */
static int connect_loopback(int fd, uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return 1;
    struct pollfd poll_of = {.fd = fd, .events = POLLOUT};
    int error = 0;
    socklen_t length = sizeof error;
    return errno == EINPROGRESS && poll(&poll_of, 1, 100) == 1
        && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

/* Connects to a port that the function listens on. The ticket, four bytes, tells the host which of its wishes it is. */
void streams_dial(uint16_t port, const uint8_t *ticket) {
    uint8_t payload[5] = {DIALLED};
    memcpy(payload + 1, ticket, 4);
    int id = free_stream();
    int fd = id < 0 ? -1 : socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect_loopback(fd, port) && open_stream(id, fd, payload, sizeof payload)) return;
    if (fd >= 0) close(fd);
    port_send(F_UNREACHED, ticket, 4);
}

/* Carries what comes and goes on a socket of the agent's own; 0: no stream is free. */
int streams_carry(int service, int fd) {
    uint8_t payload = (uint8_t)service;
    int id = free_stream();
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (id >= 0 && open_stream(id, fd, &payload, 1)) return 1;
    close(fd);
    return 0;
}

/* Ends the stream on both sides. */
static void abort_stream(int id) {
    reset_stream(&streams[id]);
    tell(F_RESET, id, NULL, 0);
}

static void end_if_over(int id) {
    struct stream *stream = &streams[id];
    if (stream->host_closed && stream->start == stream->end) {
        if (stream->host_closed == 1) {
            shutdown(stream->fd, SHUT_WR);
            stream->host_closed = 2;
        }
        if (stream->read_closed) {
            reset_stream(stream);
            tell(F_RESET, id, NULL, 0);
        }
    }
}

static void write_waiting(int id) {
    struct stream *stream = &streams[id];
    while (stream->start < stream->end) {
        ssize_t written = send(stream->fd, stream->waiting + stream->start, stream->end - stream->start, MSG_NOSIGNAL);
        if (written < 0) {
            if (errno == EAGAIN || errno == EINTR) break;
            abort_stream(id);
            return;
        }
        stream->start += (uint32_t)written;
        stream->passed += (uint32_t)written;
    }
    if (stream->start == stream->end) stream->start = stream->end = 0;
    if (stream->passed >= WINDOW / 4) {
        uint8_t payload[4];
        put32(payload, stream->passed);
        tell(F_WINDOW, id, payload, 4);
        stream->passed = 0;
    }
    end_if_over(id);
}

static void read_function(int id) {
    struct stream *stream = &streams[id];
    uint32_t wanted = stream->credit < MAX_PAYLOAD ? stream->credit : MAX_PAYLOAD;
    ssize_t length = read(stream->fd, buffer, wanted);
    if (length < 0) {
        if (errno != EAGAIN && errno != EINTR) abort_stream(id);
        return;
    }
    if (length == 0) {
        stream->read_closed = 1;
        tell(F_EOF, id, NULL, 0);
        end_if_over(id);
        return;
    }
    stream->credit -= (uint32_t)length;
    log_flush();
    if (id == FIRST || length < 4096) function_stats();
    tell(F_DATA, id, buffer, (uint32_t)length);
}

int streams_poll(struct pollfd *polls) {
    int idle = port_idle();
    int room = idle && free_stream() >= 0;
    for (int i = 0; i < SERVICES; i++) polls[i] = (struct pollfd){.fd = room ? listeners[i] : -1, .events = POLLIN};
    for (int i = 0; i < MAX_STREAMS; i++) {
        const struct stream *stream = &streams[i];
        short events = 0;
        if (idle && stream->credit > 0 && !stream->read_closed) events |= POLLIN;
        if (stream->start < stream->end) events |= POLLOUT;
        polls[SERVICES + i] = (struct pollfd){.fd = events ? stream->fd : -1, .events = events};
    }
    return SERVICES + MAX_STREAMS;
}

void streams_ready(const struct pollfd *polls, int count) {
    for (int i = 0; i < SERVICES && port_idle(); i++)
        if (polls[i].revents & POLLIN) accept_one(i);
    for (int i = SERVICES; i < count; i++) {
        int id = i - SERVICES;
        if (polls[i].fd < 0 || polls[i].fd != streams[id].fd) continue; /* it ended meanwhile */
        short happened = polls[i].revents;
        if (happened & POLLOUT) write_waiting(id);
        if (streams[id].fd < 0 || !port_idle()) continue;
        if (happened & (POLLIN | POLLHUP | POLLERR) && polls[i].events & POLLIN) read_function(id);
        else if (happened & POLLERR) abort_stream(id);
    }
}

int streams_frame(uint8_t type, uint8_t id, uint16_t generation, uint8_t *payload, uint32_t length) {
    if (id >= MAX_STREAMS || streams[id].fd < 0 || streams[id].generation != generation) return 0;
    struct stream *stream = &streams[id];
    switch (type) {
        case F_DATA:
            if (stream->start > 0) {
                memmove(stream->waiting, stream->waiting + stream->start, stream->end - stream->start);
                stream->end -= stream->start;
                stream->start = 0;
            }
            if (length > WINDOW - stream->end) {
                abort_stream(id);
                return 1;
            }
            memcpy(stream->waiting + stream->end, payload, length);
            stream->end += length;
            write_waiting(id);
            return 1;
        case F_EOF:
            if (!stream->host_closed) stream->host_closed = 1;
            end_if_over(id);
            return 1;
        case F_RESET:
            reset_stream(stream);
            return 1;
        case F_WINDOW:
            if (length >= 4) stream->credit += get32(payload);
            return 1;
        default:
            return 0;
    }
}
