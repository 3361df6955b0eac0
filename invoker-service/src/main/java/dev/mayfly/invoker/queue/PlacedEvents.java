package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches events from where they lie on a topic: they are many and large, so only their places are kept in memory. */
final class PlacedEvents {
    private static final Logger log = LoggerFactory.getLogger(PlacedEvents.class);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Where a record lies. */
    record Place(int partition, long offset) {}

    /** Takes what was found. */
    @FunctionalInterface
    interface Taker {
        void take(String key, QueuedEvent event) throws InterruptedException;
    }

    private final String kafka;
    private final Topics topic;

    PlacedEvents(String kafka, Topics topic) {
        this.kafka = kafka;
        this.topic = topic;
    }

    /**
     * Gives {@code taker} the event at each place that still holds one under its key, oldest first in each partition.
     *
     * @throws KafkaException when Kafka does not answer; some may have been given
     */
    void read(Map<String, Place> wanted, Taker taker) throws InterruptedException {
        var byPartition = new HashMap<Integer, TreeMap<Long, String>>();
        wanted.forEach((key, place) -> byPartition
                .computeIfAbsent(place.partition(), partition -> new TreeMap<>(Comparator.naturalOrder()))
                .put(place.offset(), key));
        try (var consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            for (var entry : byPartition.entrySet()) {
                read(consumer, new TopicPartition(topic.topic(), entry.getKey()), entry.getValue(), taker);
            }
        }
    }

    private static void read(
            KafkaConsumer<String, byte[]> consumer, TopicPartition partition, TreeMap<Long, String> wanted, Taker taker)
            throws InterruptedException {
        consumer.assign(List.of(partition));
        consumer.seek(partition, wanted.firstKey());
        long patience = System.nanoTime() + LIMIT.toNanos();
        while (consumer.position(partition) <= wanted.lastKey()) {
            var batch = consumer.poll(Duration.ofMillis(500));
            if (batch.isEmpty() && System.nanoTime() > patience) {
                throw new org.apache.kafka.common.errors.TimeoutException("Nothing came within " + LIMIT);
            }
            for (var found : batch) {
                patience = System.nanoTime() + LIMIT.toNanos();
                String key = wanted.get(found.offset());
                if (key != null && key.equals(found.key()) && found.value() != null) {
                    take(key, CloudEvent.from(found), taker);
                }
            }
        }
    }

    private static void take(String key, CloudEvent found, Taker taker) throws InterruptedException {
        QueuedEvent event;
        try {
            event = QueuedEvent.from(found);
        } catch (IllegalArgumentException e) {
            log.error("{} is no event", key, e);
            return;
        }
        taker.take(key, event);
    }
}
