package dev.mayfly.objects.protocol;

import dev.mayfly.objects.error.S3Exception;
import org.jspecify.annotations.Nullable;

/** Numbers in queries and headers. */
public final class Numbers {
    private Numbers() {}

    /**
     * The parameter, at most {@code max}; {@code otherwise} when it is absent or empty.
     *
     * @throws S3Exception InvalidArgument when it is no number from 0 on
     */
    public static int query(S3Request request, String name, int otherwise, int max) {
        return read(name, request.query(name), otherwise, max);
    }

    /** As {@link #query}, of a header. */
    public static int header(S3Request request, String name, int otherwise, int max) {
        return read(name, request.header(name), otherwise, max);
    }

    private static int read(String name, @Nullable String text, int otherwise, int max) {
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= Integer.MAX_VALUE) {
                return (int) Math.min(number, max);
            }
        } catch (NumberFormatException e) {
            throw S3Exception.invalidArgument(
                    name, text, "Provided " + name + " not an integer or within integer range");
        }
        throw S3Exception.invalidArgument(
                name, text, "Argument " + name + " must be an integer between 0 and " + Integer.MAX_VALUE);
    }
}
