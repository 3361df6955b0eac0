package dev.mayfly.contracts.function;

import org.jspecify.annotations.Nullable;

/**
 * How a function logs: the Lambda API's {@code LoggingConfig}.
 *
 * @param format of platform lines and, where the runtime can, of the function's own
 * @param applicationLevel the least level of the function's own lines, e.g. {@code INFO}; only with {@link Format#JSON},
 *     null for all
 * @param systemLevel the least level of platform lines: {@code DEBUG}, {@code INFO} or {@code WARN}; only with
 *     {@link Format#JSON}, null for {@code INFO}
 * @param group the log group, e.g. {@code /aws/lambda/thumbnail}
 */
public record LogSettings(
        Format format,
        @Nullable String applicationLevel,
        @Nullable String systemLevel,
        String group) {
    /** How lines are written. */
    public enum Format {
        TEXT,
        JSON
    }

    /** Text to the function's own group: what a function has that says nothing. */
    public static LogSettings ofFunction(String name) {
        return new LogSettings(Format.TEXT, null, null, "/aws/lambda/" + name);
    }
}
