package dev.mayfly.objects.quota;

import org.jspecify.annotations.Nullable;

/**
 * What one account may use; null: as much as it likes.
 *
 * @param bytes of objects, other versions and parts
 * @param objects and other versions
 * @param requestsPerSecond signed with the account's keys
 */
public record Quota(
        @Nullable Long bytes,
        @Nullable Long objects,
        @Nullable Integer requestsPerSecond) {
    /** Nothing is limited. */
    public static final Quota NONE = new Quota(null, null, null);
}
