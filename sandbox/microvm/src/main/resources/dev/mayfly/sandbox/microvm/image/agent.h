/* The first process of a microVM: between the function inside and the host outside. See agent.c. */
#ifndef MAYFLY_AGENT_H
#define MAYFLY_AGENT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MAX_PAYLOAD = 65536, HEADER = 8, WINDOW = 256 * 1024, MAX_STREAMS = 48, VOLUME_DATA = 61440 };

/* Services that a stream is opened to; the host decides which of them it offers. A dialled one is the host's own wish. */
enum service { RUNTIME_FRAMES = 0, RUNTIME_HTTP = 1, GATEWAY = 2, SERVICES = 3, DIALLED = 3, VOLUME = 4 };

/* Frame types. */
enum {
    F_SEED = 'S', F_TIME = 'T', F_PREPARE = 'P', F_RUN = 'R', F_FREEZE = 'Z', F_THAW = 'U', F_NETWORK = 'N',
    F_TERMINATE = 'K', F_DIAL = 'C', F_UNREACHED = 'J',
    F_HELLO = 'H', F_DONE = 'A', F_FAILED = 'F', F_EXIT = 'Q', F_STATS = 'M', F_LOG = 'L',
    F_OPEN = 'O', F_DATA = 'D', F_EOF = 'E', F_RESET = 'X', F_WINDOW = 'W'
};

/* port.c: frames to and from the host */
void port_open(void);
int port_fd(void);
short port_events(void);
int port_idle(void);
void port_flush(void);
void port_send(uint8_t type, const void *payload, uint32_t length);
void port_send_to(uint8_t type, uint8_t stream, uint16_t generation, const void *payload, uint32_t length);
void port_receive(void (*handle)(uint8_t, uint8_t, uint16_t, uint8_t *, uint32_t));

/* streams.c: connections of the function, carried to the host */
void streams_listen(void);
void streams_listen_network(int http);
void streams_dial(uint16_t port, const uint8_t *ticket);
int streams_poll(struct pollfd *polls);
void streams_ready(const struct pollfd *polls, int count);
int streams_frame(uint8_t type, uint8_t stream, uint16_t generation, uint8_t *payload, uint32_t length);
void streams_after_restore(void);
int streams_carry(int service, int fd);

/* function.c: the function's processes and limits */
void function_setup(void);
const char *function_prepare(char *text);
const char *function_run(uint8_t *payload, uint32_t length);
void function_terminate(void);
void function_freeze(int frozen);
void function_collect(void);
void function_stats(void);

/* volume.c: files that functions share */
const char *volume_mount(const char *name);

/* log.c: what the function writes to its standard output and error */
void log_open(void);
int log_read_end(void);
int log_write_end(void);
void log_drain(void);
void log_flush(void);

uint32_t get32(const uint8_t *from);
uint64_t get64(const uint8_t *from);
void put32(uint8_t *to, uint32_t value);
void put64(uint8_t *to, uint64_t value);
void die(const char *what);

#endif
