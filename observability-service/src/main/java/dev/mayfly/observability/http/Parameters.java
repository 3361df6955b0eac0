package dev.mayfly.observability.http;

import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** The query of a request, with complaints in words. */
public final class Parameters {
    private static final Pattern AGO = Pattern.compile("([0-9]{1,6})(ms|s|m|h|d)");
    private static final Pattern MILLIS = Pattern.compile("[0-9]{1,15}");
    private static final Pattern FUNCTION = Pattern.compile("[a-zA-Z0-9-_]{1,64}");

    private final HttpServletRequest request;
    private final Clock clock;

    /** @throws Problem when the query has a parameter that is not among {@code known}, or twice */
    public Parameters(HttpServletRequest request, Clock clock, Set<String> known) {
        this.request = request;
        this.clock = clock;
        if (!VoucherFilter.voucher(request).role().mayReadUsage()) {
            throw new Problem(
                    HttpStatus.FORBIDDEN,
                    "The access key's role INVOKER does not allow this. An owner, deployer or auditor may.");
        }
        request.getParameterMap().forEach((name, values) -> {
            if (!known.contains(name)) {
                throw Problem.badRequest("There is no parameter '" + name + "'. There are: "
                        + String.join(", ", known.stream().sorted().toList()) + ".");
            }
            if (values.length > 1) {
                throw Problem.badRequest("'" + name + "' is given " + values.length + " times.");
            }
        });
    }

    /** The caller's account. */
    public String account() {
        return VoucherFilter.voucher(request).accountId();
    }

    /** The value, or null when it is missing or empty. */
    public @Nullable String text(String name, int maxLength) {
        String value = request.getParameter(name);
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (value.length() > maxLength) {
            throw Problem.badRequest("'" + name + "' has more than " + maxLength + " characters.");
        }
        if (value.indexOf('\0') >= 0) {
            throw Problem.badRequest("'" + name + "' has a character that no text has.");
        }
        return value;
    }

    /** A whole number within bounds. */
    public int number(String name, int byDefault, int least, int most) {
        String value = text(name, 20);
        if (value == null) {
            return byDefault;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw Problem.badRequest("'" + name + "' is no number: " + value);
        }
        throw Problem.badRequest("'" + name + "' is " + least + " to " + most + ".");
    }

    /** A moment in milliseconds since 1970: ISO 8601, milliseconds, or a while ago ({@code 10m}). */
    public long moment(String name, long byDefault) {
        String value = text(name, 64);
        if (value == null) {
            return byDefault;
        }
        var ago = AGO.matcher(value);
        if (ago.matches()) {
            long count = Long.parseLong(ago.group(1));
            Duration duration = switch (ago.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            return Math.max(0, clock.millis() - duration.toMillis());
        }
        if (MILLIS.matcher(value).matches()) {
            return Long.parseLong(value);
        }
        try {
            return Math.max(0, OffsetDateTime.parse(value).toInstant().toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            throw Problem.badRequest("'" + name
                    + "' is a time such as 2026-01-31T12:00:00Z, a while ago such as 10m, or milliseconds since 1970; not "
                    + value);
        }
    }

    /** A function's name from the path. */
    public static String function(String name) {
        if (!FUNCTION.matcher(name).matches()) {
            throw Problem.badRequest("A function's name has 1 to 64 letters, digits, - and _.");
        }
        return name;
    }
}
