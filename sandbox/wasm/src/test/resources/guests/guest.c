// One program for every behaviour of the contract: built once for each with -DBEHAVE=function.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
// Tries every file descriptor as a directory, and paths that leave it: how many files could be opened or made.
static int escapes(void) {
    static const char *paths[] = {"/etc/passwd", "etc/passwd", "../../../../etc/passwd", "/proc/self/environ", ".", "/", "x"};
    int opened = 0;
    for (int fd = 0; fd < 64; fd++)
        for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
            if (openat(fd, paths[i], O_RDONLY) >= 0) opened++;
            if (openat(fd, paths[i], O_CREAT | O_RDWR, 0600) >= 0) opened++;
        }
    printf("%d", opened);
    return 0;
}
static int probe(void) {
    char verb[16], path[1024];
    if (sscanf(event, "\"%15s %1023[^\"]", verb, path) != 2) { printf("\"no usage\""); return 0; }
    int fd = !strcmp(verb, "read") || !strcmp(verb, "list") ? open(path, O_RDONLY)
        : !strcmp(verb, "write") ? open(path, O_CREAT | O_RDWR, 0600) : -2;
    if (fd == -2) printf("\"no UNSUPPORTED\""); else if (fd < 0) printf("\"no %s\"", strerror(errno)); else printf("\"ok\"");
    return 0;
}
int main(void) { read_event(); return BEHAVE(); }
