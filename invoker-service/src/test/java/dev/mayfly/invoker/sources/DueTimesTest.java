package dev.mayfly.invoker.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.function.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which ticks are run and which are skipped. */
class DueTimesTest {
    private static final Instant START = Instant.parse("2026-11-23T00:00:00Z");

    private final DueTimes times = new DueTimes(Duration.ofMinutes(5));

    private static Schedule schedule(String id, String expression) {
        return new Schedule(id, "000000000000", 1, new Target("f", null), true, id, expression, "UTC", START, null);
    }

    private List<String> due(String done, String now) {
        return times.due(Instant.parse(done), Instant.parse(now)).stream()
                .map(tick -> tick.schedule().id() + " " + tick.time())
                .sorted()
                .toList();
    }

    @Test
    void eachTickIsDueOnce() {
        times.put(schedule("m", "rate(1 minute)"));
        times.put(schedule("d", "cron(1 0 * * ? *)"));
        assertThat(due("2026-11-23T00:00:00Z", "2026-11-23T00:00:59Z")).isEmpty();
        assertThat(due("2026-11-23T00:00:59Z", "2026-11-23T00:01:00Z"))
                .containsExactly("d 2026-11-23T00:01:00Z", "m 2026-11-23T00:01:00Z");
        assertThat(due("2026-11-23T00:01:00Z", "2026-11-23T00:01:01Z")).isEmpty();
        assertThat(due("2026-11-23T00:01:01Z", "2026-11-23T00:02:00Z")).containsExactly("m 2026-11-23T00:02:00Z");
    }

    @Test
    void ofWhatWasMissedTheNewestIsMadeUpForUnlessItIsTooLate() {
        times.put(schedule("m", "rate(1 minute)"));
        times.put(schedule("h", "rate(1 hour)"));
        times.put(schedule("once", "at(2026-11-23T02:58:00)"));
        times.put(schedule("past", "at(2026-11-23T02:00:00)"));
        assertThat(due("2026-11-23T00:00:00Z", "2026-11-23T03:02:30Z"))
                .containsExactly("h 2026-11-23T03:00:00Z", "m 2026-11-23T03:02:00Z", "once 2026-11-23T02:58:00Z");
        assertThat(due("2026-11-23T03:02:30Z", "2026-11-23T07:30:00Z")).containsExactly("m 2026-11-23T07:30:00Z");
    }

    @Test
    void whoTakesOverBeginsAtWhatWasDone() {
        times.put(schedule("m", "rate(1 minute)"));
        assertThat(due("2026-11-23T00:00:00Z", "2026-11-23T00:01:00Z")).hasSize(1);
        times.lookAgain();
        assertThat(due("2026-11-23T00:00:00Z", "2026-11-23T00:01:10Z"))
                .as("the commit failed, so that nothing was queued")
                .containsExactly("m 2026-11-23T00:01:00Z");
        times.lookAgain();
        assertThat(due("2026-11-23T00:03:00Z", "2026-11-23T00:03:30Z"))
                .as("another invoker had ticked up to then")
                .isEmpty();
    }

    @Test
    void noTickIsFromBeforeTheScheduleWas() {
        times.put(schedule("m", "cron(0/1 * * * ? *)"));
        assertThat(due("2026-11-22T23:00:00Z", "2026-11-23T00:00:30Z")).isEmpty();
    }
}
