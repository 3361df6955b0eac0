/*
 * The first process of a microVM.
 *
 * It speaks with the host over one virtio-serial port: frames of type (1 byte), stream (1), the stream's
 * generation (2), length (4) and content, big-endian. The host seeds the random generator, sets the clock, mounts the code, starts the function;
 * the agent tells of the function's log and end, and carries its connections to the Runtime API and the gateway, which
 * are the only addresses there are: the machine has no network device.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

uint32_t get32(const uint8_t *from) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

uint64_t get64(const uint8_t *from) { return (uint64_t)get32(from) << 32 | get32(from + 4); }

void put32(uint8_t *to, uint32_t value) {
    to[0] = (uint8_t)(value >> 24);
    to[1] = (uint8_t)(value >> 16);
    to[2] = (uint8_t)(value >> 8);
    to[3] = (uint8_t)value;
}

void put64(uint8_t *to, uint64_t value) {
    put32(to, (uint32_t)(value >> 32));
    put32(to + 4, (uint32_t)value);
}

/* Nothing runs without the agent: ends the machine. */
void die(const char *what) {
    dprintf(2, "agent: %s: %s\n", what, strerror(errno));
    reboot(RB_AUTOBOOT);
    _exit(1);
}

static void set_clock(uint64_t unix_nanos) {
    struct timespec now = {.tv_sec = (time_t)(unix_nanos / 1000000000u), .tv_nsec = (long)(unix_nanos % 1000000000u)};
    clock_settime(CLOCK_REALTIME, &now);
}

/* Mixes the host's bytes into the kernel's generator, and has it start anew from them. */
static void seed(const uint8_t *bytes, uint32_t length) {
    struct {
        int entropy_count;
        int buf_size;
        uint8_t buf[256];
    } pool;
    if (length > sizeof pool.buf) length = sizeof pool.buf;
    pool.entropy_count = (int)length * 8;
    pool.buf_size = (int)length;
    memcpy(pool.buf, bytes, length);
    int random = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
    if (random < 0 || ioctl(random, RNDADDENTROPY, &pool) < 0) die("cannot seed the random generator");
    ioctl(random, RNDRESEEDCRNG);
    close(random);
    explicit_bzero(&pool, sizeof pool);
}

static void answer(const char *failure) {
    if (failure)
        port_send(F_FAILED, failure, (uint32_t)strlen(failure));
    else
        port_send(F_DONE, NULL, 0);
}

static void handle(uint8_t type, uint8_t stream, uint16_t generation, uint8_t *payload, uint32_t length) {
    switch (type) {
        case F_SEED: /* also says that the machine may be a copy: of the streams only the first goes on */
            if (length < 8) break;
            streams_after_restore();
            set_clock(get64(payload));
            seed(payload + 8, length - 8);
            answer(NULL);
            break;
        case F_TIME:
            if (length >= 8) set_clock(get64(payload));
            break;
        case F_PREPARE:
            payload[length] = 0;
            answer(function_prepare((char *)payload));
            break;
        case F_RUN:
            payload[length] = 0;
            answer(function_run(payload, length));
            break;
        case F_NETWORK:
            streams_listen_network(length > 0); /* anything: a runtime that speaks HTTP */
            answer(NULL);
            break;
        case F_TERMINATE:
            function_terminate();
            break;
        case F_DIAL: /* port, ticket */
            if (length >= 8) streams_dial((uint16_t)get32(payload), payload + 4);
            break;
        case F_FREEZE:
        case F_THAW:
            function_freeze(type == F_FREEZE);
            answer(NULL);
            break;
        default:
            streams_frame(type, stream, generation, payload, length);
    }
}

static void mount_or_die(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
    if (mount(source, target, type, flags, data) < 0) die(target);
}

static void mount_all(void) {
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL); /* the first stage may have done so */
    mount_or_die("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    mount_or_die("cgroup2", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    mount_or_die("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=1m,mode=755");
    mount_or_die(NULL, "/", NULL, MS_SHARED | MS_REC, NULL);
}

static void write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    if (write(file, text, strlen(text)) < 0) dprintf(2, "agent: %s: %s\n", path, strerror(errno));
    close(file);
}

static void harden(void) {
    write_file("/proc/sys/user/max_user_namespaces", "0");
    write_file("/proc/sys/kernel/unprivileged_bpf_disabled", "2");
    write_file("/proc/sys/kernel/kptr_restrict", "2");
    write_file("/proc/sys/kernel/dmesg_restrict", "1");
    write_file("/proc/sys/kernel/perf_event_paranoid", "3");
    write_file("/proc/sys/kernel/yama/ptrace_scope", "2");
    write_file("/proc/sys/kernel/modules_disabled", "1");
    write_file("/proc/sys/kernel/printk", "1");
}

int main(void) {
    mount_all();
    harden();
    function_setup();
    streams_listen();
    log_open();
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    signal(SIGPIPE, SIG_IGN);
    int children = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    if (children < 0) die("signalfd");
    port_open();
    port_send(F_HELLO, "mayfly 1", 8);
    struct pollfd polls[3 + SERVICES + MAX_STREAMS];
    while (1) {
        int ready_to_send = port_idle();
        polls[0] = (struct pollfd){.fd = port_fd(), .events = port_events()};
        polls[1] = (struct pollfd){.fd = children, .events = POLLIN};
        polls[2] = (struct pollfd){.fd = ready_to_send ? log_read_end() : -1, .events = POLLIN};
        int count = 3 + streams_poll(polls + 3);
        if (poll(polls, (nfds_t)count, -1) < 0) {
            if (errno == EINTR) continue;
            die("poll");
        }
        if (polls[0].revents & POLLOUT) port_flush();
        if (polls[0].revents & POLLIN) port_receive(handle);
        else if (polls[0].revents & POLLHUP) nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        if (polls[2].revents) log_drain();
        streams_ready(polls + 3, count - 3);
        if (polls[1].revents) {
            struct signalfd_siginfo info;
            while (read(children, &info, sizeof info) > 0) {}
            function_collect();
        }
    }
}
