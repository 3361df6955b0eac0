package dev.mayfly.invoker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.queue.QueuedEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
    private final InstantSource time = now::get;
    private final Turns turns = new Turns(time.withZone(ZoneOffset.UTC));
    private final QueuedEvent event = event("f");

    private QueuedEvent event(String function) {
        return QueuedEvent.accepted(
                "id", "000000000000", function, "$LATEST", "arn", null, null, null, now.get(), new byte[0]);
    }

    private void pass(Duration passed) {
        now.set(now.get().plus(passed));
    }

    /** For two seconds, in which events keep finding no room. */
    private void endSteadily(int perSecond) {
        for (int n = 0; n < 2 * perSecond; n++) {
            var ignored = turns.of(event, 0);
            pass(Duration.ofSeconds(1).dividedBy(perSecond));
            turns.ended(event.functionKey());
        }
    }

    @Test
    void nothingIsKnownBeforeAPaceIs() {
        assertThat(turns.of(event, 10)).isEmpty();
        turns.ended(event.functionKey());
        assertThat(turns.of(event, 10)).isEmpty();
    }

    @Test
    void eachComesAfterThoseBeforeIt() {
        endSteadily(100);
        assertThat(turns.of(event, 1000)).contains(now.get().plusMillis(10_010));
        assertThat(turns.of(event, 1000)).contains(now.get().plusMillis(10_020));
        assertThat(turns.of(event("g"), 1000)).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(turns.of(event, 1000)).contains(now.get().plusMillis(10_010));
    }

    @Test
    void anEventKeepsItsTurn() {
        endSteadily(100);
        Instant turn = turns.of(event, 1000).orElseThrow();
        var waited = event.putOff(Duration.ofSeconds(5), now.get(), turn);
        assertThat(QueuedEvent.from(waited.toCloudEvent()).turn()).isEqualTo(turn);
        pass(Duration.ofSeconds(5));
        assertThat(turns.of(waited, 5000)).contains(turn);
    }

    @Test
    void aPaceOfIdleTimesCountsForNothing() {
        endSteadily(1);
        pass(Duration.ofMinutes(5));
        turns.ended(event.functionKey());
        assertThat(turns.of(event, 1000)).isEmpty();
    }
}
