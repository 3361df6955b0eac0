package dev.mayfly.contracts.events;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one whole topic, every partition, outside any consumer group, on a thread of its own, for as long as it is open:
 * the way compacted topics become maps in memory. Kafka's absence is waited out.
 */
public final class TopicTail implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TopicTail.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Takes each record, in order within a partition. A null value is a tombstone. */
    @FunctionalInterface
    public interface Listener {
        void accept(ConsumerRecord<String, byte[]> received);
    }

    /** Where to begin. */
    public enum From {
        /** All that the topic holds: for compacted topics. */
        BEGINNING,
        /** Only what comes from now on: for short-lived topics. */
        NOW,
        /** What came within a while before now, and from now on. */
        RECENTLY
    }

    private final KafkaConsumer<String, byte[]> consumer;
    private final Topics topic;
    private final From from;
    private final Duration before;
    private final Listener listener;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closed;

    /** Starts to read at once. */
    public TopicTail(String bootstrapServers, Topics topic, From from, Listener listener) {
        this(bootstrapServers, topic, from, Duration.ZERO, listener);
    }

    /** Starts to read at once what came during {@code before}, and what comes from now on. */
    public TopicTail(String bootstrapServers, Topics topic, Duration before, Listener listener) {
        this(bootstrapServers, topic, From.RECENTLY, before, listener);
    }

    private TopicTail(String bootstrapServers, Topics topic, From from, Duration before, Listener listener) {
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        // A topic that a reader made would have the broker's partitions and never be compacted.
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        this.topic = topic;
        this.from = from;
        this.before = before;
        this.listener = listener;
        this.thread = Thread.ofPlatform().daemon().name("tail-" + topic.topic()).start(this::run);
    }

    /** Whether all that the topic held when this began has reached the listener. */
    public boolean isCaughtUp() {
        return caughtUp.getCount() == 0;
    }

    /** Waits until {@link #isCaughtUp}; false when that takes longer than {@code limit}. */
    public boolean awaitCaughtUp(Duration limit) throws InterruptedException {
        return caughtUp.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run() {
        try (consumer) {
            var partitions = awaitPartitions();
            consumer.assign(partitions);
            switch (from) {
                case BEGINNING -> consumer.seekToBeginning(partitions);
                case NOW -> consumer.seekToEnd(partitions);
                case RECENTLY -> seekBack(partitions);
            }
            var ends = awaitEnds(partitions);
            while (!closed) {
                if (!isCaughtUp() && reached(ends)) {
                    caughtUp.countDown();
                }
                for (var received : consumer.poll(POLL)) {
                    deliver(received);
                }
            }
        } catch (WakeupException e) {
            if (!closed) {
                throw e;
            }
        }
    }

    private void seekBack(List<TopicPartition> partitions) {
        long since = System.currentTimeMillis() - before.toMillis();
        consumer.seekToEnd(partitions);
        while (!closed) {
            try {
                var times = partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> since));
                consumer.offsetsForTimes(times, PATIENCE).forEach((partition, first) -> {
                    if (first != null) {
                        consumer.seek(partition, first.offset());
                    }
                });
                return;
            } catch (TimeoutException e) {
                log.info("Waiting for Kafka to say where {} was", topic.topic());
            }
        }
    }

    private Map<TopicPartition, Long> awaitEnds(List<TopicPartition> partitions) {
        while (true) {
            try {
                return consumer.endOffsets(partitions, PATIENCE);
            } catch (TimeoutException e) {
                log.info("Waiting for Kafka to say where {} ends", topic.topic());
            }
            if (closed) {
                throw new WakeupException();
            }
        }
    }

    private boolean reached(Map<TopicPartition, Long> ends) {
        try {
            return ends.entrySet().stream()
                    .allMatch(end -> consumer.position(end.getKey(), PATIENCE) >= end.getValue());
        } catch (TimeoutException e) {
            log.info("Waiting for Kafka to say where reading {} begins", topic.topic());
            return false;
        }
    }

    private void deliver(ConsumerRecord<String, byte[]> received) {
        try {
            listener.accept(received);
        } catch (RuntimeException e) {
            log.error(
                    "Skipped a record of {} at offset {} that could not be read", topic.topic(), received.offset(), e);
        }
    }

    private List<TopicPartition> awaitPartitions() {
        while (true) {
            try {
                var found = consumer.partitionsFor(topic.topic(), PATIENCE);
                if (found != null && !found.isEmpty()) {
                    return found.stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
                }
            } catch (TimeoutException e) {
                log.info("Waiting for Kafka to know {}", topic.topic());
            }
            if (closed) {
                throw new WakeupException();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
