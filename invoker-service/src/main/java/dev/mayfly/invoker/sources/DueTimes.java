package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.contracts.triggers.ScheduleExpression;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which schedules are due. Thread-safe. */
final class DueTimes {
    /** A tick is of use at least for so long. */
    static final Duration LEAST_USE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(DueTimes.class);

    private final Duration catchUp;
    private final Map<String, Line> lines = new ConcurrentHashMap<>();

    /** @param next when it is due next, as far as that was found out */
    private record Line(
            Schedule schedule,
            ScheduleExpression expression,
            @Nullable Instant next) {}

    /**
     * A time that a schedule names.
     *
     * @param until when it is of no use any more: too late, or overtaken by the next
     */
    record Tick(Schedule schedule, Instant time, Instant until) {}

    /** @param catchUp how late a tick may be */
    DueTimes(Duration catchUp) {
        this.catchUp = catchUp;
    }

    void put(Schedule schedule) {
        try {
            lines.put(
                    schedule.id(),
                    new Line(
                            schedule,
                            ScheduleExpression.parse(schedule.expression(), schedule.timeZone(), schedule.since()),
                            null));
        } catch (ScheduleExpression.InvalidExpressionException e) {
            log.error("Schedule {} cannot be read", schedule.id(), e);
            lines.remove(schedule.id());
        }
    }

    void remove(String id) {
        lines.remove(id);
    }

    /** Forgets what was found out of the future: who takes over begins at what was done before. */
    void lookAgain() {
        lines.replaceAll((id, line) -> new Line(line.schedule(), line.expression(), null));
    }

    /**
     * The newest time of each schedule after {@code done} up to {@code now}, unless it is too late for it. Of several that
     * were missed the older ones are skipped.
     */
    List<Tick> due(Instant done, Instant now) {
        var due = new ArrayList<Tick>();
        Instant from = latest(done, now.minus(catchUp));
        for (Line line : lines.values()) {
            Instant next = line.next();
            if (next == null) {
                next = line.expression()
                        .firstAfter(latest(from, line.schedule().since()))
                        .orElse(Instant.MAX);
            } else if (next.isBefore(from)) {
                next = line.expression().firstAfter(from).orElse(Instant.MAX);
            }
            Instant newest = null;
            while (!next.isAfter(now)) {
                newest = next;
                next = line.expression().firstAfter(next).orElse(Instant.MAX);
            }
            if (newest != null) {
                Instant overtaken = latest(next, newest.plus(LEAST_USE));
                Instant late = newest.plus(catchUp);
                due.add(new Tick(line.schedule(), newest, late.isBefore(overtaken) ? late : overtaken));
            }
            Instant found = next;
            lines.computeIfPresent(
                    line.schedule().id(),
                    (id, same) -> same.schedule().equals(line.schedule())
                            ? new Line(line.schedule(), line.expression(), found)
                            : same);
        }
        return due;
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
