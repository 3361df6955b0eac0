package dev.mayfly.objects.blob;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A blob that no row names yet.
 *
 * @param size bytes as they lie in the store
 * @param checksums CRC-32C of each block, as {@link BlockSums} has them
 * @param sealedKey the key of its bytes, sealed; null when they are not encrypted
 * @param sealedBy the account whose key sealed that one; null for a customer's
 */
public record NewBlob(
        UUID id,
        long size,
        byte[] checksums,
        @Nullable String sealedKey,
        @Nullable String sealedBy) {}
