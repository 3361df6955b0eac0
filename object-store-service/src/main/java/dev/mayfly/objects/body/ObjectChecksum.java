package dev.mayfly.objects.body;

import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The checksum that an object or part is known by.
 *
 * @param value Base64; of a composite one, with {@code -} and the number of parts
 * @param parts those of the parts that the object was uploaded in, one behind the other, Base64; or null
 */
public record ObjectChecksum(
        ChecksumAlgorithm algorithm,
        String value,
        Type type,
        @Nullable String parts) {

    /** Over what. */
    public enum Type {
        /** The bytes of the object. */
        FULL_OBJECT,
        /** The checksums of its parts. */
        COMPOSITE
    }

    public ObjectChecksum(ChecksumAlgorithm algorithm, String value, Type type) {
        this(algorithm, value, type, null);
    }

    /**
     * That of one of the parts, where it is known.
     *
     * @param number from 1
     */
    public Optional<String> ofPart(int number) {
        if (parts == null) {
            return Optional.empty();
        }
        byte[] all = Base64.getDecoder().decode(parts);
        int end = number * algorithm.bytes();
        return end > all.length
                ? Optional.empty()
                : Optional.of(
                        Base64.getEncoder().encodeToString(Arrays.copyOfRange(all, end - algorithm.bytes(), end)));
    }
}
