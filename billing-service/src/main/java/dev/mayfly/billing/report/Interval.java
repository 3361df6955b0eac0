package dev.mayfly.billing.report;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * When usage is asked for.
 *
 * @param from the first instant
 * @param to the first instant after it
 */
record Interval(Instant from, Instant to) {
    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    /** Reads {@code from} and {@code to}; by default the current month in UTC, until now. */
    static Interval of(@Nullable String from, @Nullable String to, Instant now) {
        Instant end = to == null ? now.truncatedTo(ChronoUnit.MICROS) : instant("to", to);
        Instant begin = from == null ? monthOf(now) : instant("from", from);
        if (!begin.isBefore(end)) {
            String hint = from == null ? " from is the start of this month unless you give it." : "";
            throw Problem.badRequest("from (" + begin + ") must be before to (" + end
                    + "); to is the first instant that is not asked for any more." + hint);
        }
        return new Interval(begin, end);
    }

    Duration length() {
        return Duration.between(from, to);
    }

    private static Instant monthOf(Instant now) {
        return YearMonth.from(now.atOffset(ZoneOffset.UTC))
                .atDay(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    }

    private static Instant instant(String name, String text) {
        try {
            Instant instant = parse(text).truncatedTo(ChronoUnit.MICROS);
            if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
                throw Problem.badRequest(name + " must lie between " + EARLIEST + " and " + LATEST + ".");
            }
            return instant;
        } catch (DateTimeException e) {
            throw Problem.badRequest(name + "=" + text + " is no point in time. Write a date (2026-11-01), a month"
                    + " (2026-11) or an instant (2026-11-01T12:00:00Z); in a URL the + of an offset is written %2B.");
        }
    }

    private static Instant parse(String text) {
        return switch (text.length()) {
            case 7 ->
                YearMonth.parse(text).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            case 10 -> LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            default -> OffsetDateTime.parse(text).toInstant();
        };
    }
}
