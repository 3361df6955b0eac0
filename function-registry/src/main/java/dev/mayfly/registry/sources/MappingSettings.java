package dev.mayfly.registry.sources;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a mapping was told, as it is kept and answered.
 *
 * @param bucket for object events, else null
 * @param kafka for topics, else null
 * @param batchSize as set or by default
 * @param windowSeconds null for the default, which is no whole number of seconds
 * @param filters event patterns
 * @param maxAgeSeconds -1 for none
 * @param maxRetries -1 for as long as Mayfly tries
 * @param since when it was created, or enabled again
 */
record MappingSettings(
        @Nullable String bucket,
        @Nullable Kafka kafka,
        int batchSize,
        @Nullable Integer windowSeconds,
        List<String> filters,
        @Nullable String onFailure,
        int maxAgeSeconds,
        int maxRetries,
        boolean bisect,
        List<String> responseTypes,
        MappingRequest.@Nullable PollerConfig pollers,
        Instant since) {

    /**
     * @param consumerGroupId as the user named it, or the mapping's UUID
     * @param group as the broker knows it: on Mayfly's own broker it has the account's prefix
     */
    record Kafka(
            List<String> bootstrapServers,
            String topic,
            String consumerGroupId,
            String group,
            String startingPosition,
            @Nullable Instant startingTimestamp) {}

    /** What is read, the same for the same source however it is written. */
    String sourceKey() {
        if (kafka == null) {
            return "bucket:" + bucket;
        }
        return "kafka:" + kafka.bootstrapServers().stream().sorted().toList() + "/" + kafka.topic();
    }
}
