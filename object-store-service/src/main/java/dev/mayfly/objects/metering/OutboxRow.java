package dev.mayfly.objects.metering;

import dev.mayfly.objects.object.Origin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change that is to be told.
 *
 * @param event S3's name for it, or null where only the bytes stored have changed
 * @param origin who made it
 * @param notification what the bucket's owner wanted told then, as
 *     {@code PutBucketNotificationConfiguration} takes it; or null
 * @param versionId as clients see it; null in a bucket without versions
 * @param key of the object, or null as {@code event}
 */
record OutboxRow(
        long seq,
        Instant at,
        String accountId,
        String bucket,
        long bytes,
        long objects,
        @Nullable String event,
        String requestId,
        Origin origin,
        @Nullable String notification,
        @Nullable String key,
        long size,
        @Nullable String etag,
        @Nullable String versionId) {

    /** The same for the same change, however often it is told. */
    String id() {
        return Long.toString(at.toEpochMilli(), 36) + "-" + seq;
    }
}
