package dev.mayfly.contracts.triggers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleExpressionTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static List<String> first(int count, String expression, String zone, String after) throws Exception {
        var parsed = ScheduleExpression.parse(expression, zone, START);
        var times = new ArrayList<String>();
        Optional<Instant> next = parsed.firstAfter(Instant.parse(after));
        while (times.size() < count && next.isPresent()) {
            times.add(next.get().toString());
            next = parsed.firstAfter(next.get());
        }
        return times;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cron(0 9 ? * MON-FRI *) | UTC | 2026-11-20T09:00:00Z | 2026-11-23T09:00:00Z",
                "cron(0 9 ? * MON-FRI *) | Europe/Berlin | 2026-11-23T00:00:00Z | 2026-11-23T08:00:00Z",
                "cron(0/15 8-9 * * ? *) | UTC | 2026-01-01T09:45:00Z | 2026-01-02T08:00:00Z",
                "cron(0 0 L * ? *) | UTC | 2028-02-01T00:00:00Z | 2028-02-29T00:00:00Z",
                "cron(0 8 3W * ? *) | UTC | 2026-05-01T00:00:00Z | 2026-05-04T08:00:00Z",
                "cron(0 8 ? * 3#2 *) | UTC | 2026-11-01T00:00:00Z | 2026-11-10T08:00:00Z",
                "cron(0 8 ? * 6L *) | UTC | 2026-11-01T00:00:00Z | 2026-11-27T08:00:00Z",
                "cron(30 6 ? * 1 *) | UTC | 2026-11-23T00:00:00Z | 2026-11-29T06:30:00Z",
                "cron(0 12 1 jan ? 2030) | UTC | 2026-01-01T00:00:00Z | 2030-01-01T12:00:00Z",
                "rate(5 minutes) | UTC | 2026-01-01T00:07:00Z | 2026-01-01T00:10:00Z",
                "rate(1 hour) | UTC | 2026-01-01T01:00:00Z | 2026-01-01T02:00:00Z",
                "rate(2 days) | UTC | 2025-12-01T00:00:00Z | 2026-01-03T00:00:00Z",
                "at(2026-12-24T18:00:00) | America/New_York | 2026-01-01T00:00:00Z | 2026-12-24T23:00:00Z"
            })
    void namesTimes(String expression, String zone, String after, String expected) throws Exception {
        assertThat(first(1, expression, zone, after)).containsExactly(expected);
    }

    @Test
    void aTimeThatDoesNotExistIsSkipped() throws Exception {
        assertThat(first(2, "cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T00:00:00Z"))
                .containsExactly("2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z");
    }

    @Test
    void aTimeThatExistsTwiceCountsOnce() throws Exception {
        assertThat(first(3, "cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z"))
                .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z");
        assertThat(first(4, "cron(0/30 * * * ? *)", "Europe/Berlin", "2026-10-25T00:00:00Z"))
                .containsExactly(
                        "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z", "2026-10-25T03:00:00Z");
    }

    @Test
    void whatIsOverIsOver() throws Exception {
        assertThat(first(1, "at(2026-12-24T18:00:00)", "UTC", "2026-12-24T18:00:00Z"))
                .isEmpty();
        assertThat(first(1, "cron(0 12 1 1 ? 2020)", "UTC", "2026-01-01T00:00:00Z"))
                .isEmpty();
        assertThat(first(1, "cron(0 12 30 2 ? *)", "UTC", "2026-01-01T00:00:00Z"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rate()",
                "rate(0 minutes)",
                "rate(-1 minutes)",
                "rate(1 minutes)",
                "rate(5 minute)",
                "rate(5 seconds)",
                "rate(99999999999999999999 days)",
                "rate(1.5 hours)",
                "every minute",
                "cron()",
                "cron(* * * * *)",
                "cron(0 9 * * * *)",
                "cron(0 9 ? * ? *)",
                "cron(60 9 * * ? *)",
                "cron(0 24 * * ? *)",
                "cron(0 9 32 * ? *)",
                "cron(0 9 ? * 8 *)",
                "cron(0 9 ? * 0 *)",
                "cron(0 9 * 13 ? *)",
                "cron(0 9 * * ? 1969)",
                "cron(0 9 * * ? 2200)",
                "cron(a b c d e f)",
                "cron(0 0 0 9 * * ?)",
                "cron(0 9 * * ? *) ",
                "at(2026-02-30T00:00:00)",
                "at(tomorrow)",
                "at(2026-12-24T18:00:00Z)",
                "cron(0/0 9 * * ? *)",
                "cron(5-1 9 * * ? *)"
            })
    void refusesWhatIsNone(String expression) {
        assertThatThrownBy(() -> ScheduleExpression.parse(expression, "UTC", START))
                .isInstanceOf(ScheduleExpression.InvalidExpressionException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Mars/Olympus", "+25:00", "../../etc"})
    void refusesZonesThatAreNone(String zone) {
        assertThatThrownBy(() -> ScheduleExpression.parse("rate(1 hour)", zone, START))
                .isInstanceOf(ScheduleExpression.InvalidExpressionException.class);
    }
}
