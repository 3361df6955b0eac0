package dev.mayfly.contracts.identity;

import java.time.Instant;

/**
 * An access key as it travels on {@code identity.access-keys} (key: the access key id; a tombstone means deleted).
 *
 * @param accessKeyId 20 characters, {@code AKIA...}
 * @param accountId 12 digits
 * @param active an inactive key authenticates nothing
 * @param sealedSecret the secret, sealed under the master key with the context of {@link #sealContext}
 */
public record AccessKeyRecord(
        String accessKeyId, String accountId, Role role, boolean active, String sealedSecret, Instant createdAt) {

    /** The context under which a key's secret is sealed: a sealed secret moved to another key does not open. */
    public static String sealContext(String accessKeyId) {
        return "access-key:" + accessKeyId;
    }
}
