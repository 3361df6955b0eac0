package dev.mayfly.contracts.function;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that invokes a function by itself. It travels on {@code function.event-sources} under {@link #id}; a tombstone
 * means deleted.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = EventSource.KafkaTopic.class, name = "kafka-topic"),
    @JsonSubTypes.Type(value = EventSource.Bucket.class, name = "bucket"),
    @JsonSubTypes.Type(value = Schedule.class, name = "schedule")
})
public sealed interface EventSource permits EventSource.KafkaTopic, EventSource.Bucket, Schedule {
    /** A UUID: a mapping's, or the one that a schedule got when it was created. */
    String id();

    /** 12 digits: whose it is, and whose function it invokes. */
    String accountId();

    /** Grows with every change. */
    long revision();

    /** What it invokes. */
    Target function();

    /** Whether it invokes at all. */
    boolean enabled();

    /**
     * @param name the function's name
     * @param qualifier a version or alias, or null for the unpublished version
     */
    record Target(String name, @Nullable String qualifier) {
        /** The ARN, with the qualifier if there is one. */
        public String arn(String region, String accountId) {
            String arn = "arn:aws:lambda:" + region + ":" + accountId + ":function:" + name;
            return qualifier == null ? arn : arn + ":" + qualifier;
        }
    }

    /** Where reading begins when nothing was read yet. */
    enum StartingPosition {
        TRIM_HORIZON,
        LATEST,
        AT_TIMESTAMP
    }

    /**
     * The topic of a Kafka broker: its records are handed to the function in batches, which wait for its answer.
     *
     * @param bootstrapServers {@code host:port} each
     * @param consumerGroup under which offsets are committed
     * @param startingTimestamp for {@link StartingPosition#AT_TIMESTAMP}
     * @param batchSize records at most, 1 - 10,000
     * @param windowMillis how long records are waited for to fill a batch, 0 - 300,000
     * @param filters event patterns; a record passes when one of them matches, or when there are none
     * @param failures what becomes of batches that the function fails on
     */
    record KafkaTopic(
            String id,
            String accountId,
            long revision,
            Target function,
            boolean enabled,
            List<String> bootstrapServers,
            String topic,
            String consumerGroup,
            StartingPosition startingPosition,
            @Nullable Instant startingTimestamp,
            int batchSize,
            int windowMillis,
            List<String> filters,
            Failures failures)
            implements EventSource {
        public KafkaTopic {
            bootstrapServers = List.copyOf(bootstrapServers);
            filters = List.copyOf(filters);
        }
    }

    /**
     * @param maxRetries after the first attempt; null for as long as Mayfly tries
     * @param maxAgeSeconds a record older than this is given up, 60 - 604,800; null for none
     * @param bisect whether a failed batch is tried in halves
     * @param itemsReported whether the function's answer says which records failed
     * @param onFailure where batches go that are given up: a bucket's ARN, {@code kafka://TOPIC}, or null
     */
    record Failures(
            @Nullable Integer maxRetries,
            @Nullable Integer maxAgeSeconds,
            boolean bisect,
            boolean itemsReported,
            @Nullable String onFailure) {}

    /**
     * What happens to the objects of a bucket of the same account: each event invokes the function asynchronously.
     *
     * @param bucket the bucket's name
     * @param since events from before are not told
     * @param filters as for Kafka, on the event's record
     */
    record Bucket(
            String id,
            String accountId,
            long revision,
            Target function,
            boolean enabled,
            String bucket,
            Instant since,
            List<String> filters)
            implements EventSource {
        public Bucket {
            filters = List.copyOf(filters);
        }
    }
}
