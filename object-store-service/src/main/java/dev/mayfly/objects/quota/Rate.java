package dev.mayfly.objects.quota;

import java.util.concurrent.atomic.AtomicLong;

/** So many a second, all of one second at once when it was idle: the generic cell rate algorithm. */
final class Rate {
    private static final long BURST = 1_000_000_000L;

    /** When all that were let through will have been due, in nanoseconds. */
    private final AtomicLong due;

    Rate(long now) {
        this.due = new AtomicLong(now);
    }

    /** Whether one more fits. */
    boolean admits(int perSecond, long now) {
        long interval = BURST / Math.max(1, perSecond);
        while (true) {
            long before = due.get();
            long next = (before - now > 0 ? before : now) + interval;
            if (next - now > BURST) {
                return false;
            }
            if (due.compareAndSet(before, next)) {
                return true;
            }
        }
    }
}
