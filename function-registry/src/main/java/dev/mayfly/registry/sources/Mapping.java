package dev.mayfly.registry.sources;

import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.contracts.function.EventSource.StartingPosition;
import dev.mayfly.contracts.function.EventSource.Target;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event source mapping.
 *
 * @param state as on AWS: {@code Creating}, {@code Enabling}, {@code Enabled}, {@code Updating}, {@code Disabling} or
 *     {@code Disabled}
 * @param lastResult what its poller said last
 */
record Mapping(
        UUID id,
        String accountId,
        Target function,
        @Nullable String eventSourceArn,
        long revision,
        boolean enabled,
        String state,
        String stateReason,
        String lastResult,
        Instant lastModified,
        MappingSettings settings,
        Map<String, String> tags) {
    private static final int DEFAULT_WINDOW_MILLIS = 500;

    static final String USER_INITIATED = "USER_INITIATED";
    static final String NOTHING_YET = "No records processed";

    /** As those who poll need it. */
    EventSource source() {
        var failures = new EventSource.Failures(
                settings.maxRetries() < 0 ? null : settings.maxRetries(),
                settings.maxAgeSeconds() < 0 ? null : settings.maxAgeSeconds(),
                settings.bisect(),
                !settings.responseTypes().isEmpty(),
                settings.onFailure());
        var kafka = settings.kafka();
        if (kafka == null) {
            return new EventSource.Bucket(
                    id.toString(),
                    accountId,
                    revision,
                    function,
                    enabled,
                    Objects.requireNonNull(settings.bucket()),
                    settings.since(),
                    settings.filters());
        }
        Integer window = settings.windowSeconds();
        return new EventSource.KafkaTopic(
                id.toString(),
                accountId,
                revision,
                function,
                enabled,
                kafka.bootstrapServers(),
                kafka.topic(),
                kafka.group(),
                StartingPosition.valueOf(kafka.startingPosition()),
                kafka.startingTimestamp(),
                settings.batchSize(),
                window == null ? DEFAULT_WINDOW_MILLIS : window * 1000,
                settings.filters(),
                failures);
    }

    /** As the answer to its deletion shows it. */
    Mapping deleting() {
        return new Mapping(
                id,
                accountId,
                function,
                eventSourceArn,
                revision,
                false,
                "Deleting",
                USER_INITIATED,
                lastResult,
                lastModified,
                settings,
                tags);
    }

    String arn(String region) {
        return "arn:aws:lambda:" + region + ":" + accountId + ":event-source-mapping:" + id;
    }
}
