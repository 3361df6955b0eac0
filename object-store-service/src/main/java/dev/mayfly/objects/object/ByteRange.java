package dev.mayfly.objects.object;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes of an object.
 *
 * @param offset of the first
 */
public record ByteRange(long offset, long length) {
    private static final Pattern SHAPE = Pattern.compile("\\s*bytes\\s*=\\s*(\\d{0,18})\\s*-\\s*(\\d{0,18})\\s*");

    /**
     * What a {@code Range} header asks for; null for the whole, also when it asks for several ranges or for none, which S3
     * answers with the whole.
     *
     * @throws S3Exception InvalidRange
     */
    static @Nullable ByteRange parse(@Nullable String header, long size) {
        if (header == null) {
            return null;
        }
        Matcher matcher = SHAPE.matcher(header);
        if (!matcher.matches() || matcher.group(1).isEmpty() && matcher.group(2).isEmpty()) {
            return null;
        }
        if (matcher.group(1).isEmpty()) {
            long last = Math.min(Long.parseLong(matcher.group(2)), size);
            if (last == 0) {
                throw unsatisfiable(header, size);
            }
            return new ByteRange(size - last, last);
        }
        long first = Long.parseLong(matcher.group(1));
        long last = matcher.group(2).isEmpty() ? size - 1 : Math.min(Long.parseLong(matcher.group(2)), size - 1);
        if (first >= size) {
            throw unsatisfiable(header, size);
        }
        return last < first ? null : new ByteRange(first, last - first + 1);
    }

    /** What {@code x-amz-copy-source-range} asks for: both ends, within the object. */
    public static ByteRange parseForCopy(String header, long size) {
        Matcher matcher = SHAPE.matcher(header);
        if (!matcher.matches() || matcher.group(1).isEmpty() || matcher.group(2).isEmpty()) {
            throw S3Exception.invalidArgument(
                    "x-amz-copy-source-range",
                    header,
                    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy");
        }
        long first = Long.parseLong(matcher.group(1));
        long last = Long.parseLong(matcher.group(2));
        if (first > last || last >= size) {
            throw new S3Exception(
                    S3Error.INVALID_RANGE,
                    "Range specified is not valid for source object of size: " + size,
                    Map.of("RangeRequested", header, "ActualObjectSize", Long.toString(size)));
        }
        return new ByteRange(first, last - first + 1);
    }

    String contentRange(long size) {
        return "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
    }

    private static S3Exception unsatisfiable(String header, long size) {
        return new S3Exception(
                S3Error.INVALID_RANGE,
                S3Error.INVALID_RANGE.message(),
                Map.of("RangeRequested", header, "ActualObjectSize", Long.toString(size)));
    }
}
