package dev.mayfly.identity.accesskey;

import java.time.Instant;

/**
 * A key that was just made.
 *
 * @param secretAccessKey shown this once
 */
public record NewAccessKey(
        String accessKeyId, String secretAccessKey, String accountId, String role, boolean active, Instant createdAt) {

    @Override
    public String toString() {
        return "NewAccessKey[" + accessKeyId + "]";
    }
}
