// Uses and attacks the file system by WASI calls of its own making, and answers which expectations failed: [] is good.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

#define TASK 3
#define TMP 4
#define ALL ((1ull << 30) - 1)
static const char *comma = "";
#define EXPECT(what) do { if (!(what)) { printf("%s\"%d: %s\"", comma, __LINE__, #what); comma = ","; } } while (0)

static int open_at(int folder, const char *path, int how, unsigned long long rights) {
    __wasi_fd_t fd;
    __wasi_errno_t e = __wasi_path_open(folder, 1, path, how, rights, ALL, 0, &fd);
    return e ? -(int)e : (int)fd;
}
static int put(int fd, const char *text) {
    __wasi_ciovec_t v = {(const uint8_t *)text, strlen(text)};
    __wasi_size_t n = 0;
    __wasi_errno_t e = __wasi_fd_write(fd, &v, 1, &n);
    return e ? -(int)e : (int)n;
}
static int get(int fd, char *to, int room) {
    __wasi_iovec_t v = {(uint8_t *)to, room};
    __wasi_size_t n = 0;
    __wasi_errno_t e = __wasi_fd_read(fd, &v, 1, &n);
    if (e) return -(int)e;
    to[n] = 0;
    return n;
}
static unsigned long long size_of(int folder, const char *path) {
    __wasi_filestat_t s;
    return __wasi_path_filestat_get(folder, 1, path, &s) ? ~0ull : s.size;
}
static void make(const char *path, const char *text) {
    int fd = open_at(TMP, path, __WASI_OFLAGS_CREAT | __WASI_OFLAGS_TRUNC, ALL);
    EXPECT(fd > 0);
    EXPECT(put(fd, text) == (int)strlen(text));
    EXPECT(__wasi_fd_close(fd) == 0);
}

static void uses(void) {
    char b[256];
    make("a", "hello");
    EXPECT(size_of(TMP, "a") == 5);
    int fd = open_at(TMP, "a", 0, ALL);
    __wasi_filesize_t at;
    EXPECT(__wasi_fd_seek(fd, -2, __WASI_WHENCE_END, &at) == 0 && at == 3);
    EXPECT(get(fd, b, 10) == 2 && !strcmp(b, "lo"));
    EXPECT(__wasi_fd_seek(fd, -9, __WASI_WHENCE_CUR, &at) == __WASI_ERRNO_INVAL);
    __wasi_ciovec_t w[2] = {{(const uint8_t *)"AB", 2}, {(const uint8_t *)"CD", 2}};
    __wasi_size_t n;
    EXPECT(__wasi_fd_pwrite(fd, w, 2, 4094, &n) == 0 && n == 4 && size_of(TMP, "a") == 4098);
    __wasi_iovec_t r = {(uint8_t *)b, 6};
    EXPECT(__wasi_fd_pread(fd, &r, 1, 4092, &n) == 0 && n == 6 && !memcmp(b, "\0\0ABCD", 6));
    EXPECT(__wasi_fd_filestat_set_size(fd, 3) == 0 && size_of(TMP, "a") == 3);
    EXPECT(__wasi_fd_filestat_set_size(fd, 5) == 0 && __wasi_fd_pread(fd, &r, 1, 0, &n) == 0 && n == 5 && !memcmp(b, "hel\0\0", 5));
    EXPECT(__wasi_fd_filestat_set_times(fd, 0, 1000, __WASI_FSTFLAGS_MTIM) == 0);
    __wasi_filestat_t s;
    EXPECT(__wasi_fd_filestat_get(fd, &s) == 0 && s.mtim == 1000 && s.filetype == __WASI_FILETYPE_REGULAR_FILE);
    EXPECT(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_APPEND) == 0 && put(fd, "!") == 1 && size_of(TMP, "a") == 6);
    EXPECT(__wasi_fd_close(fd) == 0 && __wasi_fd_close(fd) == __WASI_ERRNO_BADF);
    EXPECT(open_at(TMP, "a", __WASI_OFLAGS_CREAT | __WASI_OFLAGS_EXCL, ALL) == -__WASI_ERRNO_EXIST);
    EXPECT(open_at(TMP, "b", 0, ALL) == -__WASI_ERRNO_NOENT);

    EXPECT(__wasi_path_create_directory(TMP, "d") == 0 && __wasi_path_create_directory(TMP, "d/e/") == 0);
    EXPECT(__wasi_path_rename(TMP, "a", TMP, "d/e/f") == 0 && size_of(TMP, "d/./e/../e/f") == 6);
    EXPECT(__wasi_path_rename(TMP, "d", TMP, "d/e/g") == __WASI_ERRNO_INVAL);
    EXPECT(__wasi_path_remove_directory(TMP, "d") == __WASI_ERRNO_NOTEMPTY);
    EXPECT(__wasi_path_unlink_file(TMP, "d") == __WASI_ERRNO_ISDIR);
    EXPECT(__wasi_path_symlink("e/f", TMP, "d/l") == 0 && size_of(TMP, "d/l") == 6);
    EXPECT(__wasi_path_readlink(TMP, "d/l", (uint8_t *)b, 9, &n) == 0 && n == 3 && !memcmp(b, "e/f", 3));
    EXPECT(__wasi_path_link(TMP, 0, "d/e/f", TMP, "h") == 0 && __wasi_path_unlink_file(TMP, "d/e/f") == 0 && size_of(TMP, "h") == 6);
    int folder = open_at(TMP, "d", __WASI_OFLAGS_DIRECTORY, ALL);
    EXPECT(__wasi_fd_readdir(folder, (uint8_t *)b, sizeof b, 0, &n) == 0 && n == 2 * (24 + 1) && b[24] == 'e' && b[49] == 'l');
    EXPECT(__wasi_fd_readdir(folder, (uint8_t *)b, sizeof b, 1, &n) == 0 && n == 25 && b[24] == 'l');
    EXPECT(__wasi_path_unlink_file(folder, "l") == 0 && __wasi_path_remove_directory(folder, "e/") == 0);
    EXPECT(__wasi_path_remove_directory(TMP, "d") == 0 && __wasi_fd_close(folder) == 0);
    EXPECT(get(open_at(TASK, "data/note.txt", 0, __WASI_RIGHTS_FD_READ), b, 100) == 4 && !strcmp(b, "note"));
    FILE *file = fopen("data/note.txt", "r");
    EXPECT(file && fgets(b, 9, file) && !strcmp(b, "note"));
    file = fopen("/var/task/data/note.txt", "r");
    EXPECT(file && fgets(b, 9, file) && !strcmp(b, "note"));
}

static void leaves(void) {
    static const char *paths[] = {"/etc/passwd", "..", "../x", "a/../../x", "/", "/tmp/../etc/passwd", "./../../proc/self/environ", "//etc//passwd"};
    __wasi_path_create_directory(TMP, "a");
    for (int folder = TASK; folder <= 5; folder++)
        for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
            EXPECT(open_at(folder, paths[i], 0, __WASI_RIGHTS_FD_READ) < 0);
            EXPECT(open_at(folder, paths[i], __WASI_OFLAGS_CREAT, ALL) < 0);
            EXPECT(size_of(folder, paths[i]) == ~0ull);
        }
    // Out of a preopened folder through a link to one: the way that was open in an engine's own file system.
    static const char *targets[] = {"/", "/etc", "..", "../..", "a/../..", "../var/task", "/proc/self/root"};
    for (unsigned i = 0; i < sizeof targets / sizeof *targets; i++) {
        __wasi_path_unlink_file(TMP, "out");
        __wasi_path_symlink(targets[i], TMP, "out");
        EXPECT(open_at(TMP, "out", 0, ALL) < 0);
        EXPECT(open_at(TMP, "out", __WASI_OFLAGS_DIRECTORY, ALL) < 0);
        EXPECT(open_at(TMP, "out/x", __WASI_OFLAGS_CREAT, ALL) < 0);
        EXPECT(open_at(TMP, "out/tmp/x", __WASI_OFLAGS_CREAT, ALL) < 0);
        EXPECT(__wasi_path_create_directory(TMP, "out/y") != 0);
        EXPECT(__wasi_path_rename(TMP, "a", TMP, "out/a") != 0);
    }
    __wasi_path_unlink_file(TMP, "out");
    __wasi_path_symlink("two", TMP, "one");
    __wasi_path_symlink("one", TMP, "two");
    __wasi_path_symlink("self/self/self", TMP, "self");
    EXPECT(open_at(TMP, "one", 0, ALL) == -__WASI_ERRNO_LOOP && open_at(TMP, "self/x", 0, ALL) == -__WASI_ERRNO_LOOP);
    // A folder that is moved away while it is open leads no further up.
    __wasi_path_create_directory(TMP, "p"), __wasi_path_create_directory(TMP, "p/q");
    int q = open_at(TMP, "p/q", __WASI_OFLAGS_DIRECTORY, ALL);
    EXPECT(__wasi_path_rename(TMP, "p/q", TMP, "q") == 0 && open_at(q, "../a", 0, ALL) < 0 && open_at(q, "..", 0, ALL) < 0);
    make("kept", "x");
    EXPECT(__wasi_path_rename(TMP, "kept", TASK, "kept") != 0 && __wasi_path_rename(TASK, "data", TMP, "data") != 0);
    EXPECT(__wasi_path_link(TASK, 0, "data/note.txt", TMP, "n") != 0 && __wasi_path_link(TMP, 0, "kept", TASK, "n") != 0);
    EXPECT(__wasi_path_unlink_file(TASK, "data/note.txt") != 0 && __wasi_path_symlink("x", TASK, "y") != 0);
    EXPECT(__wasi_path_create_directory(TASK, "data/new") != 0 && __wasi_path_remove_directory(TASK, "data") != 0);
    EXPECT(open_at(TASK, "data/note.txt", __WASI_OFLAGS_TRUNC, __WASI_RIGHTS_FD_READ) < 0);
    EXPECT(__wasi_path_filestat_set_times(TASK, 0, "data/note.txt", 1, 1, __WASI_FSTFLAGS_MTIM) != 0);
    __wasi_fd_t fd = open_at(TASK, "data/note.txt", 0, __WASI_RIGHTS_FD_READ);
    EXPECT(put(fd, "x") < 0 && __wasi_fd_filestat_set_size(fd, 0) != 0);
    EXPECT(__wasi_fd_fdstat_set_rights(fd, ALL, ALL) != 0 && put(fd, "x") < 0);
}

static void odd(void) {
    __wasi_size_t n;
    // Descriptors.
    make("r", "renumbered");
    int from = open_at(TMP, "r", 0, ALL), to = open_at(TMP, "r", 0, ALL);
    char b[64];
    EXPECT(__wasi_fd_renumber(from, to) == 0 && __wasi_fd_close(from) == __WASI_ERRNO_BADF && get(to, b, 20) == 10);
    EXPECT(__wasi_fd_renumber(to, 1000000) != 0 && __wasi_fd_renumber(-1, to) != 0 && __wasi_fd_renumber(to, to) == 0);
    EXPECT(open_at(to, "x", __WASI_OFLAGS_CREAT, ALL) < 0 && open_at(0, "x", __WASI_OFLAGS_CREAT, ALL) < 0 && open_at(99999, "x", 0, ALL) < 0);
    EXPECT(get(1, b, 1) < 0 && put(0, "x") < 0 && get(TMP, b, 1) < 0 && put(TMP, "x") < 0);
    __wasi_filesize_t at;
    EXPECT(__wasi_fd_seek(0, 0, __WASI_WHENCE_CUR, &at) != 0 && __wasi_fd_seek(to, 0, 77, &at) != 0);
    EXPECT(__wasi_fd_seek(to, 0x7fffffffffffffffll, __WASI_WHENCE_SET, &at) == 0 && put(to, "x") < 0 && get(to, b, 5) == 0);
    EXPECT(__wasi_fd_allocate(to, 1ull << 62, 1ull << 62) != 0 && __wasi_fd_filestat_set_size(to, ~0ull >> 1) != 0);
    // Rights and flags that do not exist.
    int fd = open_at(TMP, "odd", __WASI_OFLAGS_CREAT, ~0ull);
    EXPECT(fd > 0 && put(fd, "x") == 1);
    fd = open_at(TMP, "odd", 0, 0);
    EXPECT(fd > 0 && get(fd, b, 1) < 0 && put(fd, "x") < 0);
    EXPECT(__wasi_fd_fdstat_set_flags(fd, 0xffff) != 0);
    EXPECT(open_at(TMP, "odd", 0xffff, ALL) < 0);
    // Names.
    static char name[8192];
    memset(name, 'n', sizeof name - 1);
    EXPECT(open_at(TMP, name, __WASI_OFLAGS_CREAT, ALL) < 0);
    name[300] = 0;
    EXPECT(open_at(TMP, name, __WASI_OFLAGS_CREAT, ALL) < 0);
    EXPECT(open_at(TMP, "", __WASI_OFLAGS_CREAT, ALL) < 0 && open_at(TMP, "\xff\xfe", __WASI_OFLAGS_CREAT, ALL) < 0);
    // Pieces: too many, too long, outside of memory, and with their result outside of it.
    static __wasi_ciovec_t many[2000];
    EXPECT(__wasi_fd_write(fd, many, 2000, &n) != 0 && __wasi_fd_write(2, many, 0xffffffff, &n) != 0);
    uint8_t *end = (uint8_t *)(__builtin_wasm_memory_size(0) * 65536 - 4);
    __wasi_ciovec_t past[] = {{end, 5}, {end, 0xffffffff}, {(uint8_t *)0xfffffffc, 8}, {(uint8_t *)0x80000000, 1}};
    for (int i = 0; i < 4; i++) {
        EXPECT(__wasi_fd_write(2, past + i, 1, &n) == __WASI_ERRNO_FAULT);
        EXPECT(__wasi_fd_read(0, (__wasi_iovec_t *)past + i, 1, &n) == __WASI_ERRNO_FAULT);
    }
    EXPECT(__wasi_fd_write(2, (__wasi_ciovec_t *)end, 4, &n) == __WASI_ERRNO_FAULT);
    __wasi_ciovec_t one = {(const uint8_t *)"x", 1};
    EXPECT(__wasi_fd_write(2, &one, 1, (__wasi_size_t *)(end + 1)) == __WASI_ERRNO_FAULT);
    EXPECT(__wasi_random_get(end, 5) == __WASI_ERRNO_FAULT && __wasi_random_get(0, 0xffffffff) == __WASI_ERRNO_FAULT);
    EXPECT(__wasi_clock_time_get(0, 0, (__wasi_timestamp_t *)(end + 1)) == __WASI_ERRNO_FAULT && __wasi_clock_time_get(9, 0, &at) != 0);
    EXPECT(__wasi_environ_get((uint8_t **)end, end) == __WASI_ERRNO_FAULT && __wasi_args_get((uint8_t **)end, end) != 0);
    EXPECT(__wasi_fd_readdir(TMP, end, 100, 0, &n) == __WASI_ERRNO_FAULT && __wasi_fd_readdir(TMP, (uint8_t *)b, 64, ~0ull >> 1, &n) == 0 && n == 0);
    __wasi_prestat_t p;
    EXPECT(__wasi_fd_prestat_get(6, &p) != 0 && __wasi_fd_prestat_dir_name(TMP, (uint8_t *)b, 2) != 0);
    __wasi_subscription_t sub = {.userdata = 7, .u = {.tag = __WASI_EVENTTYPE_CLOCK, .u.clock = {1, 1000000, 0, 0}}};
    __wasi_event_t ev;
    EXPECT(__wasi_poll_oneoff(&sub, &ev, 1, &n) == 0 && n == 1 && ev.userdata == 7 && ev.error == 0);
    EXPECT(__wasi_poll_oneoff(&sub, &ev, 0, &n) != 0 && __wasi_poll_oneoff(&sub, (__wasi_event_t *)end, 1, &n) != 0);
    EXPECT(__wasi_poll_oneoff((__wasi_subscription_t *)end, &ev, 0x7fffffff, &n) != 0);
    EXPECT(__wasi_sock_shutdown(0, 1) != 0 && __wasi_sched_yield() == 0);
}

static void floods(void) {
    // Descriptors, files, bytes: each ends in an error, and what is closed or removed can be used again.
    int opened = 0, last = 0, fd;
    while ((fd = open_at(TMP, "flood", __WASI_OFLAGS_CREAT, ALL)) > 0 && opened < 5000) opened++, last = fd;
    EXPECT(opened < 1024 && opened > 900 && fd == -__WASI_ERRNO_MFILE);
    for (int i = 6; i <= last; i++) __wasi_fd_close(i);
    char name[32];
    int files = 0;
    for (; files < 100000; files++) {
        snprintf(name, sizeof name, "f%d", files);
        if (__wasi_path_symlink("x", TMP, name)) break;
    }
    EXPECT(files < 20000 && files > 10000);
    for (int i = 0; i < files; i++) {
        snprintf(name, sizeof name, "f%d", i);
        __wasi_path_unlink_file(TMP, name);
    }
    static char page[1 << 16];
    __wasi_ciovec_t v = {(uint8_t *)page, sizeof page};
    __wasi_size_t n;
    for (int round = 0; round < 2; round++) {
        fd = open_at(TMP, "big", __WASI_OFLAGS_CREAT | __WASI_OFLAGS_TRUNC, ALL);
        long long bytes = 0;
        while (__wasi_fd_write(fd, &v, 1, &n) == 0 && bytes < 1ll << 30) bytes += n;
        EXPECT(bytes > 12 << 20 && bytes <= 16 << 20);
        EXPECT(__wasi_path_unlink_file(TMP, "big") == 0 && put(fd, "xxxxx") <= 5);
        EXPECT(__wasi_fd_close(fd) == 0);
    }
    EXPECT(__wasi_fd_filestat_set_size(open_at(TMP, "sparse", __WASI_OFLAGS_CREAT, ALL), 1ull << 40) != 0);
}

int main(void) {
    putchar('[');
    uses();
    leaves();
    odd();
    floods();
    putchar(']');
    return 0;
}
