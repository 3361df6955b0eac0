package dev.mayfly.objects.bucket;

import java.time.Instant;

/**
 * A bucket.
 *
 * @param id never reused, unlike the name
 * @param accountId who owns it
 */
public record Bucket(long id, String name, String accountId, String region, Instant createdAt) {}
