package dev.mayfly.objects.blob;

import org.jspecify.annotations.Nullable;

/**
 * That content is encrypted, and what is needed to read it.
 *
 * @param customerKey the key that the customer gave, 32 bytes; null when an account's is used, or none was given
 * @param offset of the first byte, for content that lies in a row
 * @param length bytes from there, -1 for all
 */
public record Seal(byte @Nullable [] customerKey, long offset, long length) {
    /** All of it, without a customer's key. */
    public static final Seal WHOLE = new Seal(null, 0, -1);
}
