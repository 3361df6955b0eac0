/*
 * Loaded into QEMU before 8.2, which opens the file behind a guest's memory to write even when it only maps it privately:
 * a copy must not be able to change the snapshot that all other copies begin with. Newer ones do this by themselves.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_file(const char *path, int flags, mode_t mode) {
    if (strcmp(path, "/snapshot/memory") == 0) flags = (flags & ~O_ACCMODE) | O_RDONLY;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define DEFINE(name) \
    int name(const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return open_file(path, flags, mode); \
    }

#undef open
#undef open64
DEFINE(open)
DEFINE(open64)

/* what a call without a mode becomes in a hardened build */
int __open64_2(const char *path, int flags) { return open_file(path, flags, 0); }
