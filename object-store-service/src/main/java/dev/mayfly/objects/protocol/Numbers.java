package dev.mayfly.objects.protocol;

import dev.mayfly.objects.error.S3Exception;

/** Numbers in queries. */
public final class Numbers {
    private Numbers() {}

    /**
     * The parameter, at most {@code max}; {@code otherwise} when it is absent or empty.
     *
     * @throws S3Exception InvalidArgument when it is no number from 0 on
     */
    public static int query(S3Request request, String name, int otherwise, int max) {
        String text = request.query(name);
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
