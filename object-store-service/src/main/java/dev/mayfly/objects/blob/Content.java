package dev.mayfly.objects.blob;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an object: a short array, or segments of blobs in order.
 *
 * @param inline the bytes as the row has them, or null when they lie in blobs
 * @param segments empty when {@code inline} is set; their offsets and lengths are those of the plain bytes
 * @param seal null when the bytes are not encrypted
 */
public record Content(
        byte @Nullable [] inline,
        List<Segment> segments,
        @Nullable Seal seal) {
    public static final Content EMPTY = of(new byte[0]);

    public static Content of(byte[] inline) {
        return new Content(inline, List.of(), null);
    }

    public static Content of(List<Segment> segments) {
        return new Content(null, segments, null);
    }

    /** The same bytes, as encrypted ones. */
    public Content sealed() {
        return new Content(inline, segments, Seal.WHOLE);
    }

    /** The same bytes, with the customer's key that opens them. */
    public Content openedWith(byte[] customerKey) {
        Seal known = seal == null ? Seal.WHOLE : seal;
        return new Content(inline, segments, new Seal(customerKey, known.offset(), known.length()));
    }

    /** The {@code length} bytes from {@code offset}; they must lie within. */
    public Content range(long offset, long length) {
        if (inline != null) {
            return seal == null
                    ? of(Arrays.copyOfRange(inline, (int) offset, (int) (offset + length)))
                    : new Content(inline, segments, new Seal(seal.customerKey(), seal.offset() + offset, length));
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
        return new Content(null, within, seal);
    }
}
