package dev.mayfly.invoker.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.function.Schedule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class TicksTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> tried = new CopyOnWriteArrayList<>();

    private static DueTimes.Tick tick(Instant until) {
        var schedule = new Schedule(
                "7e1c0000-0000-0000-0000-000000000001",
                "000000000000",
                1,
                new Target("f", null),
                true,
                "s",
                "rate(1 minute)",
                "UTC",
                Instant.EPOCH,
                "{\"n\":1}");
        return new DueTimes.Tick(schedule, Instant.parse("2026-11-23T00:01:00Z"), until);
    }

    /** Kafka refuses the first {@code refusals} attempts. */
    private Ticks ticks(int refusals, boolean exists) {
        Ticks.Intake intake = (requestId, account, target, payload) -> {
            tried.add(requestId + " " + target.name() + " " + new String(payload, StandardCharsets.UTF_8));
            return tried.size() <= refusals
                    ? CompletableFuture.failedFuture(new TimeoutException("Kafka takes nothing"))
                    : CompletableFuture.completedFuture(exists);
        };
        return new Ticks(intake, "us-east-1", new SourceMetrics(meters), Duration.ofMillis(1), Clock.systemUTC());
    }

    private double lost() {
        var counter = meters.find("mayfly.schedules.lost").counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void aTickThatIsRefusedIsTriedAgainAsTheSameInvocation() {
        try (var ticks = ticks(4, true)) {
            ticks.queue(tick(Instant.MAX));
            await().until(() -> tried.size() == 5);
        }
        assertThat(tried).hasSize(5).allMatch(tried.getFirst()::equals);
        assertThat(lost()).isZero();
    }

    @Test
    void aTickThatIsOfNoUseAnyMoreIsLost() {
        try (var ticks = ticks(1_000, true)) {
            ticks.queue(tick(Instant.now().plusMillis(100)));
            await().until(() -> lost() == 1);
        }
        assertThat(tried).hasSizeBetween(1, 20);
    }

    @Test
    void nothingIsTriedAgainForAFunctionThatDoesNotExist() {
        try (var ticks = ticks(0, false)) {
            ticks.queue(tick(Instant.MAX));
            await().until(() -> lost() == 1);
        }
        assertThat(tried).hasSize(1);
    }

    @Test
    void whoStopsTriesNothingAgain() {
        var ticks = ticks(1_000_000, true);
        ticks.queue(tick(Instant.MAX));
        await().until(() -> !tried.isEmpty());
        ticks.close();
        assertThat(lost()).isEqualTo(1);
    }
}
