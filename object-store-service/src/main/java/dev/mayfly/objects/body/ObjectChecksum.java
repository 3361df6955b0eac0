package dev.mayfly.objects.body;

/**
 * The checksum that an object or part is known by.
 *
 * @param value Base64; of a composite one, with {@code -} and the number of parts
 */
public record ObjectChecksum(ChecksumAlgorithm algorithm, String value, Type type) {
    /** Over what. */
    public enum Type {
        /** The bytes of the object. */
        FULL_OBJECT,
        /** The checksums of its parts. */
        COMPOSITE
    }
}
