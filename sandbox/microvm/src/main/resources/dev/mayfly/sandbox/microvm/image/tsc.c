/* Prints how fast this machine's time stamp counter runs, in kHz: what an emulated guest, which reads it, must be told. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static uint64_t nanos(uint64_t *ticks) {
    struct timespec now;
    uint64_t best = UINT64_MAX, at = 0;
    for (int i = 0; i < 20; i++) { /* the pair that was read with the least delay */
        uint64_t before = __rdtsc();
        clock_gettime(CLOCK_MONOTONIC, &now);
        uint64_t after = __rdtsc();
        if (after - before < best) {
            best = after - before;
            *ticks = before + best / 2;
            at = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
        }
    }
    return at;
}

int main(void) {
    uint64_t first, last;
    uint64_t start = nanos(&first);
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    uint64_t end = nanos(&last);
    printf("%llu\n", (unsigned long long)((double)(last - first) / (double)(end - start) * 1e6 + 0.5));
    return 0;
}
