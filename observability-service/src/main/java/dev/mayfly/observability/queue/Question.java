package dev.mayfly.observability.queue;

import dev.mayfly.observability.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of a request, and refuses what it does not know. */
final class Question {
    private static final int MAX_TEXT = 500;

    private final HttpServletRequest request;
    private final Instant now;

    Question(HttpServletRequest request, Instant now, Set<String> known) {
        this.request = request;
        this.now = now;
        var unknown = new TreeSet<>(request.getParameterMap().keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw Problem.badRequest("Unknown parameters " + unknown + "; there are " + new TreeSet<>(known) + ".");
        }
    }

    /** A place in a list: what comes after it is next. */
    record Cursor(Instant at, String requestId) {
        static Cursor start() {
            return new Cursor(Instant.EPOCH, "");
        }

        String encoded() {
            byte[] text = (at + " " + requestId).getBytes(StandardCharsets.UTF_8);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
        }
    }

    @Nullable
    String text(String name) {
        String[] values = request.getParameterValues(name);
        if (values == null) {
            return null;
        }
        if (values.length > 1 || values[0].isEmpty() || values[0].length() > MAX_TEXT || values[0].indexOf('\0') >= 0) {
            throw Problem.badRequest("The parameter " + name + " is to be given once, with 1 - 500 characters.");
        }
        return values[0];
    }

    /** An instant, or a duration before now. */
    @Nullable
    Instant instant(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            Instant read = text.startsWith("P") ? now.minus(Duration.parse(text)) : Instant.parse(text);
            if (isSane(read)) {
                return read;
            }
        } catch (DateTimeException | ArithmeticException e) {
            // Said below.
        }
        throw Problem.badRequest(
                name + "=" + text + " is no time: give e.g. 2026-01-31T12:00:00Z, or PT15M for 15" + " minutes ago.");
    }

    private boolean isSane(Instant read) {
        return read.isAfter(Instant.EPOCH.minus(Duration.ofDays(1)))
                && read.isBefore(now.plus(Duration.ofDays(36_500)));
    }

    int limit(int byDefault, int most) {
        String text = text("limit");
        if (text == null) {
            return byDefault;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= most) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw Problem.badRequest("limit=" + text + " is no number from 1 to " + most + ".");
    }

    Set<QueueState> states() {
        String text = text("state");
        if (text == null) {
            return QueueState.LIVE;
        }
        var states = EnumSet.noneOf(QueueState.class);
        for (String label : text.split(",", -1)) {
            states.add(Arrays.stream(QueueState.values())
                    .filter(state -> state.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> Problem.badRequest("state=" + label + " is none of "
                            + Arrays.stream(QueueState.values())
                                    .map(QueueState::label)
                                    .toList() + ".")));
        }
        return states;
    }

    Cursor cursor() {
        String text = text("cursor");
        if (text == null) {
            return Cursor.start();
        }
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(" ", 2);
            Instant at = Instant.parse(parts[0]);
            if (parts.length == 2 && parts[1].indexOf('\0') < 0 && isSane(at)) {
                return new Cursor(at, parts[1]);
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            // Said below.
        }
        throw Problem.badRequest("cursor=" + text + " is none: take it from the answer before this one.");
    }
}
