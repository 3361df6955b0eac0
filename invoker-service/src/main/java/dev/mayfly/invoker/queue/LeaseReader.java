package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Fetches the event of one lease: they are many and large, and seldom needed, so nobody keeps them in memory. */
final class LeaseReader {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final String kafka;

    LeaseReader(String kafka) {
        this.kafka = kafka;
    }

    /** The event, unless its lease has ended meanwhile. */
    Optional<QueuedEvent> read(String key, Leases.Place place) {
        var partition = new TopicPartition(Topics.RUNNING_INVOCATIONS.topic(), place.partition());
        try (var consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        1,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, place.offset());
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (System.nanoTime() < deadline) {
                for (var found : consumer.poll(Duration.ofMillis(500))) {
                    boolean same = found.offset() == place.offset() && key.equals(found.key()) && found.value() != null;
                    return same ? Optional.of(QueuedEvent.from(CloudEvent.from(found))) : Optional.empty();
                }
            }
            throw new org.apache.kafka.common.errors.TimeoutException("No lease came within " + LIMIT);
        }
    }
}
