package dev.mayfly.contracts.triggers;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The times that {@code rate(5 minutes)}, {@code cron(0 9 ? * MON-FRI *)} or {@code at(2026-12-24T18:00:00)} name.
 *
 * <p>Where clocks are put forward, a time of {@code cron} that does not exist is skipped; where they are put back, one that
 * exists twice counts once, the first time. {@code rate} does not look at clocks on walls.
 */
public sealed interface ScheduleExpression {

    /** The first time after {@code after}, if there is one. */
    Optional<Instant> firstAfter(Instant after);

    /** An expression, or a time zone, that is none. The message is for whoever wrote it. */
    final class InvalidExpressionException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidExpressionException(String message) {
            super(message);
        }
    }

    Pattern FORM = Pattern.compile("(rate|cron|at)\\((.*)\\)", Pattern.DOTALL);
    Pattern RATE = Pattern.compile("([1-9]\\d{0,5}) (minutes?|hours?|days?)");
    Pattern TIME = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}");

    /**
     * Reads an expression.
     *
     * @param since what {@code rate} counts from
     * @throws InvalidExpressionException when it, or the zone's name, cannot be understood
     */
    static ScheduleExpression parse(String expression, String timeZone, Instant since)
            throws InvalidExpressionException {
        ZoneId zone = zone(timeZone);
        Matcher form = FORM.matcher(expression);
        if (!form.matches()) {
            throw new InvalidExpressionException(
                    "an expression is rate(VALUE UNIT), cron(MINUTES HOURS DAY MONTH WEEKDAY YEAR) or at(yyyy-mm-ddThh:mm:ss)");
        }
        return switch (form.group(1)) {
            case "rate" -> Rate.parse(form.group(2), since);
            case "cron" -> CronTimes.parse(form.group(2), zone);
            default -> At.parse(form.group(2), zone);
        };
    }

    private static ZoneId zone(String name) throws InvalidExpressionException {
        if (!ZoneId.getAvailableZoneIds().contains(name)) {
            throw new InvalidExpressionException(
                    "the time zone is the name of one in the IANA database, as Europe/Berlin");
        }
        return ZoneId.of(name);
    }

    /** Every so often. */
    record Rate(Instant since, Duration every) implements ScheduleExpression {
        private static Rate parse(String text, Instant since) throws InvalidExpressionException {
            Matcher parts = RATE.matcher(text);
            if (!parts.matches()) {
                throw new InvalidExpressionException(
                        "rate takes a whole number from 1 to 999999 and minutes, hours or days, as rate(5 minutes)");
            }
            int value = Integer.parseInt(parts.group(1));
            String unit = parts.group(2);
            if (unit.endsWith("s") == (value == 1)) {
                throw new InvalidExpressionException(
                        value == 1
                                ? "the unit after 1 is in the singular"
                                : "the unit after a number over 1 is in the plural");
            }
            return new Rate(
                    since,
                    switch (unit.charAt(0)) {
                        case 'm' -> Duration.ofMinutes(value);
                        case 'h' -> Duration.ofHours(value);
                        default -> Duration.ofDays(value);
                    });
        }

        @Override
        public Optional<Instant> firstAfter(Instant after) {
            long passed =
                    Math.max(0, Math.floorDiv(Duration.between(since, after).toSeconds(), every.toSeconds()));
            return Optional.of(since.plus(every.multipliedBy(passed + 1)));
        }
    }

    /** Once. */
    record At(Instant time) implements ScheduleExpression {
        private static At parse(String text, ZoneId zone) throws InvalidExpressionException {
            if (!TIME.matcher(text).matches()) {
                throw new InvalidExpressionException(
                        "at takes a date and time without an offset, as at(2026-12-24T18:00:00)");
            }
            try {
                return new At(LocalDateTime.parse(text).atZone(zone).toInstant());
            } catch (DateTimeException e) {
                throw new InvalidExpressionException("there is no such date or time as " + text);
            }
        }

        @Override
        public Optional<Instant> firstAfter(Instant after) {
            return time.isAfter(after) ? Optional.of(time) : Optional.empty();
        }
    }

    /** By the calendar and the clock of a place. */
    record CronTimes(CronFields fields, ZoneId zone) implements ScheduleExpression {
        private static CronTimes parse(String text, ZoneId zone) throws InvalidExpressionException {
            return new CronTimes(CronFields.parse(text.toUpperCase(Locale.ROOT)), zone);
        }

        @Override
        public Optional<Instant> firstAfter(Instant after) {
            // An hour that comes twice is looked at from its first coming on.
            var local = LocalDateTime.ofInstant(after, zone);
            while (true) {
                Optional<LocalDateTime> next = fields.firstAfter(local);
                if (next.isEmpty()) {
                    return Optional.empty();
                }
                local = next.get();
                var offsets = zone.getRules().getValidOffsets(local);
                ZoneOffset first = offsets.isEmpty() ? null : offsets.getFirst();
                if (first != null && local.toInstant(first).isAfter(after)) {
                    return Optional.of(local.toInstant(first));
                }
            }
        }
    }
}
