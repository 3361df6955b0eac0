package dev.mayfly.standalone.process;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How long to wait before a component that ended is started again: not at all at first, then longer each time. */
final class BackOff {
    static final Duration LONGEST = Duration.ofSeconds(15);

    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration STEADY = Duration.ofSeconds(30);

    private Duration next = Duration.ZERO;
    private @Nullable Instant readySince;

    /** The component is ready; once it stays so, its past is forgotten. */
    void ready() {
        if (readySince == null) {
            readySince = Instant.now();
        } else if (readySince.plus(STEADY).isBefore(Instant.now())) {
            next = Duration.ZERO;
        }
    }

    Duration next() {
        readySince = null;
        Duration now = next;
        Duration doubled = now.isZero() ? FIRST : now.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return now;
    }
}
