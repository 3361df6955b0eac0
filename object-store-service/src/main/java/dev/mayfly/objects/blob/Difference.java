package dev.mayfly.objects.blob;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the index and the store do not agree.
 *
 * @param blob null where the bytes lie in the row
 * @param detail for people
 * @param objects {@code bucket/key} of some whose bytes lie in the blob, where that matters
 * @param repaired whether it has been put right, or handed to the sweep
 */
public record Difference(Kind kind, @Nullable UUID blob, String detail, List<String> objects, boolean repaired) {
    /** What differs. */
    public enum Kind {
        /** The index names a blob that the store does not have. */
        MISSING,
        /** The store has another number of bytes. */
        SIZE,
        /** The bytes are not those that were written. */
        CHECKSUM,
        /** The bytes are encrypted, and no key that is configured opens theirs. */
        KEY,
        /** The store has a blob that the index never knew, older than the sweep's grace time. */
        ORPHAN,
        /** A blob counts more or fewer names than it has. */
        REFERENCES,
        /** Objects name a blob that has no row. */
        UNKNOWN
    }
}
