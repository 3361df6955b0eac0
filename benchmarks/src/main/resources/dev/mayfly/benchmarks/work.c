/*
 * What work.js does, as a WebAssembly function ({"kind":"cpu","n":9} on standard input) and as a native program
 * (arguments: kind, n, folder). The native program prints how long it took, in nanoseconds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static long fannkuch(int n) {
    int perm[16], first[16], count[16];
    long most = 0, checksum = 0;
    int even = 1, r = n;
    for (int i = 0; i < n; i++) first[i] = i;
    for (;;) {
        for (; r != 1; r--) count[r - 1] = r;
        memcpy(perm, first, sizeof(int) * (size_t)n);
        int flips = 0;
        for (int k = perm[0]; k != 0; k = perm[0]) {
            for (int i = 0, j = k; i < j; i++, j--) {
                int held = perm[i];
                perm[i] = perm[j];
                perm[j] = held;
            }
            flips++;
        }
        if (flips > most) most = flips;
        checksum += even ? flips : -flips;
        for (;;) {
            if (r == n) return most * 1000000 + checksum;
            int zero = first[0];
            for (int i = 0; i < r; i++) first[i] = first[i + 1];
            first[r] = zero;
            if (--count[r] > 0) break;
            r++;
        }
        even = !even;
    }
}

static long files(const char *folder, int rounds) {
    char name[4096], bytes[64];
    struct stat status;
    long total = 0;
    snprintf(name, sizeof name, "%s/mayfly-bench-file", folder);
    memset(bytes, 'x', sizeof bytes);
    for (int i = 0; i < rounds; i++) {
        int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
        if (file < 0 || pwrite(file, bytes, sizeof bytes, 0) < 0) exit(1);
        total += pread(file, bytes, sizeof bytes, 0);
        fstat(file, &status);
        total += status.st_size;
        close(file);
    }
    unlink(name);
    return total;
}

int main(int count, char **arguments) {
    char event[256] = "";
    int native = count == 4;
    if (!native) fread(event, 1, sizeof event - 1, stdin);
    const char *number = strstr(event, "\"n\":");
    int n = native ? atoi(arguments[2]) : number ? atoi(number + 4) : 0;
    int cpu = strstr(native ? arguments[1] : event, "cpu") != NULL;
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    long result = cpu ? fannkuch(n) : files(native ? arguments[3] : "/tmp", n);
    clock_gettime(CLOCK_MONOTONIC, &end);
    long nanos = (long)((end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec));
    printf("{\"nanos\":%ld,\"result\":%ld}", native ? nanos : 0, result);
    return 0;
}
