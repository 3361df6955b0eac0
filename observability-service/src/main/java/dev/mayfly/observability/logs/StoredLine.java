package dev.mayfly.observability.logs;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A log event as it is kept.
 *
 * @param line its place in the order of arrival
 * @param time in milliseconds since 1970
 * @param ingested in milliseconds since 1970
 */
record StoredLine(
        long line,
        String stream,
        String version,
        @Nullable String requestId,
        long time,
        long ingested,
        String message) {

    /** Unique among all lines, and ordered as they are. */
    String eventId() {
        return String.format(Locale.ROOT, "%017d%039d", time, line);
    }

    LogPosition position() {
        return new LogPosition(time, line);
    }
}
