package dev.mayfly.billing.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What usage can be grouped by. */
enum Dimension {
    /** The function or bucket. */
    RESOURCE("resource", "resource"),
    /** The meter. Its place in the SQL is taken by the query itself: one line feeds several meters. */
    METER(null, null),
    /** The isolation of a function. */
    TIER("tier", null),
    /** {@code Invoke}, or the S3 operation. */
    OPERATION("'Invoke'", "operation"),
    /** How an invocation ended, or the HTTP status of an object request. */
    STATUS("status", "http_status::text"),
    /** {@code COLD}, {@code RESTORED} (from a snapshot) or {@code WARM}. */
    START("start", null),
    /** The hour in UTC, as an instant. */
    HOUR(Sql.truncated("hour", "YYYY-MM-DD\"T\"HH24:00:00\"Z\""), Sql.SAME),
    /** The day in UTC, {@code 2026-11-23}. */
    DAY(Sql.truncated("day", "YYYY-MM-DD"), Sql.SAME),
    /** The month in UTC, {@code 2026-11}. */
    MONTH(Sql.truncated("month", "YYYY-MM"), Sql.SAME);

    private static final class Sql {
        static final String SAME = "";

        static String truncated(String field, String format) {
            return "to_char(date_trunc('" + field + "', time, 'UTC') AT TIME ZONE 'UTC', '" + format + "')";
        }
    }

    private final @Nullable String ofInvocation;
    private final @Nullable String ofRequest;

    Dimension(@Nullable String ofInvocation, @Nullable String ofRequest) {
        this.ofInvocation = ofInvocation;
        this.ofRequest = Sql.SAME.equals(ofRequest) ? ofInvocation : ofRequest;
    }

    /** The name in requests and answers. */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The SQL that tells it for an invocation line; null where it has none. */
    @Nullable
    String ofInvocation() {
        return ofInvocation;
    }

    /** The SQL that tells it for an object request line; null where it has none. */
    @Nullable
    String ofRequest() {
        return ofRequest;
    }

    boolean isTime() {
        return this == HOUR || this == DAY || this == MONTH;
    }

    static Dimension of(String id) {
        return Arrays.stream(values())
                .filter(dimension -> dimension.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Problem.badRequest("Usage cannot be grouped by \"" + id
                        + "\". Set groupBy to a comma-separated list of: " + known() + "."));
    }

    static String known() {
        return Arrays.stream(values()).map(Dimension::id).collect(Collectors.joining(", "));
    }
}
