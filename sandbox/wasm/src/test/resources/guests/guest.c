// One program for every behaviour of the contract: built once for each with -DBEHAVE=function.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
extern char **environ;
static char *event;
static size_t event_size;

static void read_event(void) {
    size_t room = 65536;
    event = malloc(room);
    ssize_t n;
    while ((n = read(0, event + event_size, room - event_size - 1)) > 0) {
        event_size += n;
        if (event_size + 1 == room) event = realloc(event, room *= 2);
    }
    event[event_size] = 0;
}
static void text(const char *s) {
    putchar('"');
    for (; *s; s++) {
        if (*s > 0 && *s < ' ') { printf("\\u%04x", *s); continue; }
        if (*s == '"' || *s == '\\') putchar('\\');
        putchar(*s);
    }
    putchar('"');
}
static void member(const char *name, const char *variable, int last) {
    const char *value = getenv(variable);
    text(name);
    putchar(':');
    text(value ? value : "");
    putchar(last ? '}' : ',');
}
static int calls;
static int echo(void) { return fwrite(event, 1, event_size, stdout) != event_size; }
static int count(void) { return printf("%d", ++calls) < 0; }
static int fail(void) { printf("{\"errorType\":\"Error\",\"errorMessage\":\"boom\"}"); return 1; }
static int exits(void) { exit(3); }
static int loop(void) { for (volatile long i = 0;; i++); }
static int allocate(void) {
    for (;;) { volatile char *p = malloc(1 << 20); if (!p) abort(); p[0] = p[1000000] = 1; }
}
static int allocate_once(void) { for (size_t n = 1 << 20;; n *= 2) { volatile char *p = malloc(n); if (!p) abort(); p[0] = p[n - 1] = 1; } }
static int flood(void) {
    static char line[1001];
    memset(line, 'x', 1000);
    line[999] = '\n';
    long left = atol(event);
    while (left > 0) left -= write(2, line, left < 1000 ? left : 1000);
    printf("\"done\"");
    return 0;
}
static int logs(void) { fprintf(stderr, "to stderr\nsecond"); printf("null"); return 0; }
static int sized(void) { long n = atol(event); putchar('"'); while (n-- > 0) putchar('x'); putchar('"'); return 0; }
static int flood_stdout(void) { static char b[65536]; memset(b, 'x', sizeof b); for (long i = 0; i < 16384; i++) write(1, b, sizeof b); return 0; }
static int not_json(void) { printf("{\"a\":"); return 0; }
static int two_values(void) { printf("1 2"); return 0; }
static int nothing(void) { return 0; }
static int environment(void) {
    putchar('{');
    for (char **v = environ; *v; v++) {
        char *eq = strchr(*v, '=');
        if (v != environ) putchar(',');
        *eq = 0; text(*v); putchar(':'); text(eq + 1);
    }
    putchar('}');
    return 0;
}
static int context(void) {
    printf("{\"deadlineMs\":%s,", getenv("LAMBDA_RUNTIME_DEADLINE_MS"));
    member("requestId", "LAMBDA_RUNTIME_AWS_REQUEST_ID", 0);
    member("functionArn", "LAMBDA_RUNTIME_INVOKED_FUNCTION_ARN", 0);
    member("traceId", "_X_AMZN_TRACE_ID", 1);
    return 0;
}
static int sleeps(void) { sleep(1000); printf("1"); return 0; }
static volatile int depth;
__attribute__((noinline)) static int deeper(int n) { depth = n; int r = deeper(n + 1); return r + depth; }
static int recurse(void) { return deeper(1); }
static int traps(void) { __builtin_trap(); }
static int divides(void) { volatile int zero = 0, seven = 7; return seven / zero; }
static int reads_far(void) { volatile int *p = (int *)0x7ffffff0; return *p; }
static int random_bytes(void) { unsigned char b[8]; getentropy(b, 8); putchar('"'); for (int i = 0; i < 8; i++) printf("%02x", b[i]); putchar('"'); return 0; }
static int now(void) { printf("%ld", (long)time(0)); return 0; }
static void refused(void) { printf("\"no E%d\"", errno); }
static int fill_tmp(void) {
    static char page[65536];
    int fd = open("/tmp/filled", O_CREAT | O_WRONLY, 0600);
    for (long left = atol(event) * 16; left > 0; left--)
        if (write(fd, page, sizeof page) != sizeof page) { refused(); return 0; }
    printf("\"ok\"");
    return 0;
}
static int fill_inodes(void) {
    int n = 0;
    for (char name[32]; n < 2000000; n++) {
        snprintf(name, sizeof name, "/tmp/%d", n);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        if (fd < 0) break;
        close(fd);
    }
    printf("%d", n);
    return 0;
}
static int open_files(void) {
    int n = 0;
    while (n < 100000 && open("/tmp/same", O_CREAT | O_RDONLY, 0600) >= 0) n++;
    printf("%d", n);
    return 0;
}
static int late(void) { usleep(atol(event) * 1000); printf("\"late\""); return 0; }
static void contents(const char *path) {
    static char page[65536];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, page + 3, sizeof page - 4);
    if (n < 0) { refused(); return; }
    memcpy(page, "ok ", 3);
    text(page);
}
static void names(const char *path) {
    DIR *folder = opendir(path);
    if (!folder) { refused(); return; }
    printf("\"ok ");
    const char *comma = "";
    for (struct dirent *e; (e = readdir(folder));)
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) { printf("%s%s", comma, e->d_name); comma = ","; }
    putchar('"');
}
static int done(int failed) {
    if (!failed) printf("\"ok\"");
    else if (errno == ENOSPC) printf("\"no ENOSPC\"");
    else refused();
    return 0;
}
static int probe(void) {
    char verb[16], path[1024], more[1024] = "";
    int given = sscanf(event, "\"%15s %1023[^\" ] %1023[^\"]", verb, path, more);
    if (given == 2 && !strcmp(verb, "read")) contents(path);
    else if (given == 2 && !strcmp(verb, "list")) names(path);
    else if (given == 2 && !strcmp(verb, "write")) {
        int fd = open(path, O_CREAT | O_RDWR, 0600);
        return done(fd < 0 || close(fd) || unlink(path));
    } else if (given == 3 && !strcmp(verb, "modify")) {
        int fd = open(path, O_WRONLY);
        return done(fd < 0 || write(fd, more, strlen(more)) < 0);
    } else if (given == 3 && !strcmp(verb, "link")) return done(symlink(path, more));
    else if (given == 3 && !strcmp(verb, "put")) {
        int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        return done(fd < 0 || write(fd, more, strlen(more)) < 0 || close(fd));
    } else if (given == 3 && !strcmp(verb, "fill")) {
        static char block[1 << 20];
        int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        if (fd < 0) return done(1);
        for (int i = atoi(more); i > 0; i--)
            for (int at = 0; at < sizeof block;) {
                int n = write(fd, block + at, sizeof block - at);
                if (n <= 0) return done(1);
                at += n;
            }
        return done(close(fd));
    } else if (given == 3 && !strcmp(verb, "move")) return done(rename(path, more));
    else if (given == 2 && !strcmp(verb, "remove")) return done(unlink(path));
    else if (given == 2 && !strcmp(verb, "make")) return done(mkdir(path, 0755));
    else printf("\"no UNSUPPORTED\"");
    return 0;
}
int main(void) { read_event(); return BEHAVE(); }
