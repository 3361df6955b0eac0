package dev.mayfly.registry.sources;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.contracts.triggers.ScheduleExpression;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A schedule as the API shows it. */
record ScheduleAnswer(
        String name,
        String arn,
        String function,
        String expression,
        String timeZone,
        boolean enabled,
        @JsonRawValue @Nullable String input,
        String description,
        Instant createdAt,
        Instant lastModified,
        List<Instant> nextTimes) {
    private static final int TIMES_SHOWN = 3;

    static ScheduleAnswer of(KeptSchedule kept, String region, Instant now) {
        Schedule schedule = kept.schedule();
        return new ScheduleAnswer(
                schedule.name(),
                schedule.arn(region),
                schedule.function().arn(region, schedule.accountId()),
                schedule.expression(),
                schedule.timeZone(),
                schedule.enabled(),
                schedule.input(),
                kept.description(),
                kept.createdAt(),
                kept.lastModified(),
                schedule.enabled() ? nextTimes(schedule, now) : List.of());
    }

    private static List<Instant> nextTimes(Schedule schedule, Instant now) {
        try {
            var expression = ScheduleExpression.parse(schedule.expression(), schedule.timeZone(), schedule.since());
            var times = new ArrayList<Instant>();
            Optional<Instant> next = expression.firstAfter(now);
            while (next.isPresent() && times.size() < TIMES_SHOWN) {
                times.add(next.get());
                next = expression.firstAfter(next.get());
            }
            return times;
        } catch (ScheduleExpression.InvalidExpressionException e) {
            throw new IllegalStateException("Checked when it was kept: " + schedule.expression(), e);
        }
    }
}
