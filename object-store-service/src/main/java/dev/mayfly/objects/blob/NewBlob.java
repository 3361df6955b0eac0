package dev.mayfly.objects.blob;

import java.util.UUID;

/**
 * A blob that no row names yet.
 *
 * @param size bytes as they lie in the store
 * @param checksums CRC-32C of each block, as {@link BlockSums} has them
 */
public record NewBlob(UUID id, long size, byte[] checksums) {}
