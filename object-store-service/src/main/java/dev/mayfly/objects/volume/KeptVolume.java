package dev.mayfly.objects.volume;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A volume, as {@code /v1/volumes} shows it.
 *
 * @param volume {@code fsap-} and 17 hex digits
 * @param arn what {@code FileSystemConfigs} names
 * @param bytes in it when it was measured last
 * @param files in it, folders too
 * @param quotaBytes what it may hold
 * @param sandboxes that have it mounted
 * @param measuredAt null when nobody has looked yet
 * @param state {@code available} or {@code deleting}
 */
record KeptVolume(
        String volume,
        String arn,
        long bytes,
        long files,
        long quotaBytes,
        int sandboxes,
        Instant createdAt,
        @Nullable Instant measuredAt,
        String state) {}
