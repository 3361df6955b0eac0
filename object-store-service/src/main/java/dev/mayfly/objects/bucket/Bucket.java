package dev.mayfly.objects.bucket;

import java.time.Instant;

/**
 * A bucket.
 *
 * @param id never reused, unlike the name
 * @param accountId who owns it
 * @param settingsRevision rises with each change of the bucket's settings; 0 when it never had any
 * @param objectLock whether versions can be locked against deletion
 */
public record Bucket(
        long id,
        String name,
        String accountId,
        String region,
        Instant createdAt,
        long settingsRevision,
        Versioning versioning,
        boolean objectLock) {
    /** Whether its keys have versions. */
    public boolean isVersioned() {
        return versioning != Versioning.NEVER;
    }
}
