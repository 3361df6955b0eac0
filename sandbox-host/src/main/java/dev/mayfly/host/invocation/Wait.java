package dev.mayfly.host.invocation;

import org.jspecify.annotations.Nullable;

/**
 * What an order waited for at this host until its event was handed over, in microseconds; {@code wholeMicros} is the sum of
 * all parts and the init phase. A start that was begun for another invocation counts from when this one came.
 *
 * @param sandbox the sandbox's id, or null when there was none
 */
record Wait(
        long wholeMicros,
        long placementMicros,
        long fetchMicros,
        long startMicros,
        @Nullable String sandbox) {
    static Wait warm(long waitedNanos, String sandbox) {
        return new Wait(waitedNanos / 1_000, waitedNanos / 1_000, 0, 0, sandbox);
    }

    /** @param startNanos with the init phase; of a restore, all of it */
    static Wait ofStart(long waitedNanos, long initNanos, long startNanos, long fetchNanos, String sandbox) {
        long waited = waitedNanos / 1_000;
        long init = Math.min(initNanos / 1_000, waited);
        long start = Math.clamp((startNanos - initNanos) / 1_000, 0, waited - init);
        long fetch = Math.min(fetchNanos / 1_000, waited - init - start);
        return new Wait(waited, waited - init - start - fetch, fetch, start, sandbox);
    }

    static Wait ofFailedStart(long waitedNanos, long initNanos) {
        long waited = waitedNanos / 1_000;
        long init = Math.min(initNanos / 1_000, waited);
        return new Wait(waited, 0, 0, waited - init, null);
    }
}
