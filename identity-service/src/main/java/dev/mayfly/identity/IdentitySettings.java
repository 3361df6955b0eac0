package dev.mayfly.identity;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The service's tunables.
 *
 * @param trustKey Base64 of 32 bytes: vouchers are sealed with it. Required.
 * @param masterKey Base64 of 32 bytes: the secrets of access keys are sealed with it. Required; losing it loses all keys.
 * @param kafka {@code host:port}, several joined by commas
 * @param bootstrap the operator's first key
 * @param maxKeysPerAccount how many access keys an account may have
 * @param publicationRetry how long to wait before changes that Kafka did not take are offered again
 */
@ConfigurationProperties("mayfly")
public record IdentitySettings(
        String trustKey,
        String masterKey,
        @DefaultValue("127.0.0.1:19092") String kafka,
        @DefaultValue Bootstrap bootstrap,
        @DefaultValue("100") int maxKeysPerAccount,
        @DefaultValue("1s") Duration publicationRetry) {

    /**
     * The first owner key of account {@code 000000000000}; used only while that account has no key at all.
     *
     * @param accessKeyId 16 - 20 upper-case letters and digits; empty for none
     * @param secretAccessKey at least 16 characters
     */
    public record Bootstrap(
            @DefaultValue("") String accessKeyId,
            @DefaultValue("") String secretAccessKey) {}
}
