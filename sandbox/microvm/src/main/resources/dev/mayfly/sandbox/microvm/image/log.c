/*
 * The function's standard output and error: one pipe, which is always emptied. What is more than the log's budget is
 * dropped here, so that a flood costs the function's own time and nobody else's.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 8 << 20, BYTES_PER_SECOND = 1 << 20, CHUNK = 65536 };

static int ends[2];
static int64_t budget = BURST;
static int64_t refilled;
static uint64_t dropped;
static uint8_t chunk[CHUNK];

static int64_t now_nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

void log_open(void) {
    if (pipe2(ends, O_CLOEXEC) < 0) die("pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fcntl(ends[0], F_SETPIPE_SZ, CHUNK);
    if (fchown(ends[1], 1000, 1000) < 0) die("pipe");
    refilled = now_nanos();
}

int log_read_end(void) { return ends[0]; }

int log_write_end(void) { return ends[1]; }

/* Passes on what the pipe holds now. */
void log_drain(void) {
    ssize_t length = read(ends[0], chunk, CHUNK);
    if (length <= 0) return;
    int64_t now = now_nanos();
    budget += (now - refilled) / 1000 * BYTES_PER_SECOND / 1000000;
    if (budget > BURST) budget = BURST;
    refilled = now;
    if (length > budget) {
        dropped += (uint64_t)length;
        return;
    }
    budget -= length;
    port_send(F_LOG, chunk, (uint32_t)length);
}

/* Passes on all that was written before now, and says how much is missing. */
void log_flush(void) {
    log_drain();
    if (dropped > 0) {
        char line[96];
        int length = snprintf(line, sizeof line, "\n[%llu bytes of log dropped: more than a sandbox may write]\n",
                              (unsigned long long)dropped);
        port_send(F_LOG, line, (uint32_t)length);
        dropped = 0;
    }
}
