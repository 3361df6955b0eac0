package dev.mayfly.invoker.queue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When the turn of an event comes that finds its function's share of this process taken: after those that came before it, at
 * the pace at which the function's events end here. An event keeps the turn it once got, so that a long backlog is looked at
 * a few times only, and is there when it can run. Thread-safe.
 */
final class Turns {
    /** A pace is that of so long a time, in which the function had all it may have. */
    private static final Duration MEASURED = Duration.ofSeconds(2);

    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    private static final int FUNCTIONS = 10_000;

    private static final class Pace {
        private Instant since;
        private Instant lastAsked;
        private Instant lastTurn = Instant.MIN;
        private long ended;
        private Optional<Duration> perEvent = Optional.empty();

        Pace(Instant now) {
            since = now;
            lastAsked = now;
        }

        synchronized void ended(Instant now) {
            ended++;
            Duration time = Duration.between(since, now);
            if (time.compareTo(MEASURED) >= 0) {
                perEvent = Optional.of(Duration.ofNanos((long) Math.ceil(time.toNanos() / (double) ended)));
                since = now;
                ended = 0;
            }
        }

        synchronized Optional<Instant> nextTurn(Instant now, int before) {
            if (Duration.between(lastAsked, now).compareTo(MEASURED) > 0) {
                // What ended since did so because no more came, so nothing can be said of the pace.
                perEvent = Optional.empty();
                since = now;
                ended = 0;
                lastTurn = Instant.MIN;
            }
            lastAsked = now;
            return perEvent.map(each -> {
                Instant first = now.plus(each.multipliedBy(before));
                lastTurn = (lastTurn.isAfter(first) ? lastTurn : first).plus(each);
                return lastTurn;
            });
        }
    }

    private final Cache<String, Pace> paces = Caffeine.newBuilder()
            .maximumSize(FUNCTIONS)
            .expireAfterAccess(REMEMBERED)
            .build();
    private final Clock clock;

    Turns(Clock clock) {
        this.clock = clock;
    }

    /** An event of the function has ended. */
    void ended(String functionKey) {
        Pace pace = paces.getIfPresent(functionKey);
        if (pace != null) {
            pace.ended(clock.instant());
        }
    }

    /**
     * When the event's turn is expected; empty while the function's pace is not known.
     *
     * @param before how many events of the function this process has in hand
     */
    Optional<Instant> of(QueuedEvent event, int before) {
        Instant given = event.turn();
        if (given != null) {
            return Optional.of(given);
        }
        Instant now = clock.instant();
        return paces.get(event.functionKey(), key -> new Pace(now)).nextTurn(now, before);
    }
}
