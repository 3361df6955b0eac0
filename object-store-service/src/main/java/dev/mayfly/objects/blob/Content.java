package dev.mayfly.objects.blob;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an object: a short array, or segments of blobs in order.
 *
 * @param inline the bytes themselves, or null when they lie in blobs
 * @param segments empty when {@code inline} is set
 */
public record Content(byte @Nullable [] inline, List<Segment> segments) {
    public static final Content EMPTY = new Content(new byte[0], List.of());

    public static Content of(byte[] inline) {
        return new Content(inline, List.of());
    }

    public static Content of(List<Segment> segments) {
        return new Content(null, segments);
    }

    public long size() {
        return inline != null
                ? inline.length
                : segments.stream().mapToLong(Segment::length).sum();
    }

    /** The {@code length} bytes from {@code offset}; they must lie within. */
    public Content range(long offset, long length) {
        if (inline != null) {
            return of(Arrays.copyOfRange(inline, (int) offset, (int) (offset + length)));
        }
        var within = new ArrayList<Segment>();
        long skip = offset;
        long left = length;
        for (Segment segment : segments) {
            if (skip >= segment.length()) {
                skip -= segment.length();
                continue;
            }
            long taken = Math.min(segment.length() - skip, left);
            if (taken > 0) {
                within.add(new Segment(segment.blob(), segment.offset() + skip, taken));
            }
            left -= taken;
            skip = 0;
            if (left == 0) {
                break;
            }
        }
        return of(within);
    }
}
