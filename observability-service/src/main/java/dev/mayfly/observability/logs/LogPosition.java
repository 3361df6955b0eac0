package dev.mayfly.observability.logs;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A place between two lines in the order of time: just after the line that it names. */
record LogPosition(long time, long line) {
    private static final Pattern TOKEN = Pattern.compile("([0-9]{1,16})\\.([0-9]{1,18})");

    static final LogPosition START = new LogPosition(0, 0);

    /** As clients carry it. */
    String token() {
        return time + "." + line;
    }

    /** What {@link #token} gave; null for anything else. */
    static @Nullable LogPosition of(String token) {
        var match = TOKEN.matcher(token);
        if (!match.matches()) {
            return null;
        }
        long time = Long.parseLong(match.group(1));
        return time > LogQuestion.FOREVER ? null : new LogPosition(time, Long.parseLong(match.group(2)));
    }
}
