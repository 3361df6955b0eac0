package dev.mayfly.contracts.events;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes events; what its futures confirm is safe on all in-sync replicas. Thread-safe. */
public final class EventPublisher implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private final Producer<String, byte[]> producer;

    /** Sends at once. */
    public EventPublisher(String bootstrapServers) {
        this(bootstrapServers, Duration.ZERO);
    }

    /** @param linger how long an event may wait for others to travel with: cheaper for all, and later by that */
    public EventPublisher(String bootstrapServers, Duration linger) {
        this(new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.LINGER_MS_CONFIG,
                        (int) linger.toMillis(),
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "none",
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        Topics.MAX_MESSAGE_BYTES,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        5_000,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        10_000,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        20_000),
                new StringSerializer(),
                new ByteArraySerializer()));
    }

    /** For tests, over a mock producer. */
    public EventPublisher(Producer<String, byte[]> producer) {
        this.producer = producer;
    }

    /** Completes once the event is safe; fails with Kafka's exception when it cannot be made so. */
    public CompletableFuture<Void> publish(Topics topic, String key, CloudEvent event) {
        return send(event.toRecord(topic, key));
    }

    /** As {@link #publish(Topics, String, CloudEvent)}, to one partition. */
    public CompletableFuture<Void> publish(Topics topic, int partition, String key, CloudEvent event) {
        var unplaced = event.toRecord(topic, key);
        return send(new ProducerRecord<>(unplaced.topic(), partition, key, unplaced.value(), unplaced.headers()));
    }

    /**
     * Waits for a publication.
     *
     * @return why Kafka will never take the event as it is (it is too large, above all), while it may take others; empty when the
     *     event is safe
     * @throws CompletionException when Kafka did not take it now, but may later
     */
    public static Optional<String> refusal(CompletableFuture<Void> publication) {
        try {
            publication.join();
            return Optional.empty();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Exception cause && isRefusal(cause)) {
                return Optional.of(cause.toString());
            }
            throw e;
        }
    }

    private static boolean isRefusal(Exception cause) {
        return cause instanceof RecordTooLargeException
                || cause instanceof RecordBatchTooLargeException
                || cause instanceof InvalidRecordException
                || cause instanceof SerializationException;
    }

    /** Deletes {@code key} from a compacted topic. */
    public CompletableFuture<Void> publishTombstone(Topics topic, String key) {
        return send(new ProducerRecord<>(topic.topic(), key, null));
    }

    /** Publishes to a topic that is none of Mayfly's own. Blocks for up to 5 s while Kafka is asked about it. */
    public CompletableFuture<Void> publishForeign(ProducerRecord<String, byte[]> foreign) {
        return send(foreign);
    }

    private CompletableFuture<Void> send(ProducerRecord<String, byte[]> producerRecord) {
        var sent = new CompletableFuture<Void>();
        try {
            producer.send(producerRecord, (metadata, failure) -> {
                if (failure == null) {
                    sent.complete(null);
                } else {
                    sent.completeExceptionally(failure);
                }
            });
        } catch (org.apache.kafka.common.KafkaException e) {
            sent.completeExceptionally(e);
        }
        return sent;
    }

    /** Waits at most 3 s for what is under way; the futures of what did not get through fail. */
    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
    }
}
