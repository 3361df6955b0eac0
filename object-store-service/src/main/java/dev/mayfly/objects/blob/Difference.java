package dev.mayfly.objects.blob;

import java.util.List;
import java.util.UUID;

/**
 * Where the index and the store do not agree.
 *
 * @param detail for people
 * @param objects {@code bucket/key} of some whose bytes lie in the blob, where that matters
 * @param repaired whether it has been put right, or handed to the sweep
 */
public record Difference(Kind kind, UUID blob, String detail, List<String> objects, boolean repaired) {
    /** What differs. */
    public enum Kind {
        /** The index names a blob that the store does not have. */
        MISSING,
        /** The store has another number of bytes. */
        SIZE,
        /** The bytes are not those that were written. */
        CHECKSUM,
        /** The store has a blob that the index never knew, older than the sweep's grace time. */
        ORPHAN,
        /** A blob counts more or fewer names than it has. */
        REFERENCES,
        /** Objects name a blob that has no row. */
        UNKNOWN
    }
}
