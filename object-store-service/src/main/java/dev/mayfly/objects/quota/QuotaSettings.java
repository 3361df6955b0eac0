package dev.mayfly.objects.quota;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What accounts may use of the object store: {@code mayfly.object-quotas.*}.
 *
 * @param bytes that an account without a quota of its own may store; default no limit
 * @param objects that such an account may have, versions included; default no limit
 * @param requestsPerSecond that such an account's keys may send; default no limit
 * @param anonymousPerSecond requests without a signature that one address may send to one bucket, and a tenth of those that it
 *     may send to all; an IPv6 address is its /64; default 1000, 0 for no limit
 * @param refresh how often limits of requests are read again, which another process may have changed; default 5 seconds
 */
@ConfigurationProperties("mayfly.object-quotas")
record QuotaSettings(
        @Nullable DataSize bytes,
        @Nullable Long objects,
        @Nullable Integer requestsPerSecond,
        @DefaultValue("1000") int anonymousPerSecond,
        @DefaultValue("5s") Duration refresh) {
    Quota ofAll() {
        return new Quota(bytes == null ? null : Long.valueOf(bytes.toBytes()), objects, requestsPerSecond);
    }
}
