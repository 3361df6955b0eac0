package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves delayed events into the queue when they are due. Each partition holds one step of waiting time, so its first event
 * is due first; the rest of the partition waits behind it, in Kafka and in no memory. An event's place is committed only
 * after the queue has it: a kill in between delivers it twice, never not at all.
 */
final class DelayLine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DelayLine.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final String kafka;
    private final String group;
    private final EventQueue queue;
    private final Retrying retrying;
    private final Clock clock;
    private final Map<TopicPartition, Instant> notBefore = new HashMap<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("delay-line").unstarted(this::run);

    DelayLine(String kafka, String group, EventQueue queue, Retrying retrying, Clock clock) {
        this.kafka = kafka;
        this.group = group;
        this.queue = queue;
        this.retrying = retrying;
        this.clock = clock;
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!retrying.isStopped()) {
                try (var consumer = consumer()) {
                    consumer.subscribe(List.of(Topics.DELAYED_INVOCATIONS.topic()), new Forgetting());
                    while (!retrying.isStopped()) {
                        forward(consumer);
                    }
                } catch (InterruptException e) {
                    return;
                } catch (KafkaException e) {
                    log.warn("Delayed events cannot be read now: {}", e.toString());
                    retrying.pause();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private KafkaConsumer<String, byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        200),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private void forward(KafkaConsumer<String, byte[]> consumer) throws InterruptedException {
        resumeWhatIsDue(consumer);
        var batch = consumer.poll(POLL);
        var sent = new ArrayList<CompletableFuture<Void>>();
        var reached = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var partition : batch.partitions()) {
            for (var received : batch.records(partition)) {
                Instant due = due(received);
                if (due.isAfter(clock.instant())) {
                    consumer.seek(partition, received.offset());
                    consumer.pause(List.of(partition));
                    notBefore.put(partition, due);
                    break;
                }
                sent.add(forward(received));
                reached.put(partition, new OffsetAndMetadata(received.offset() + 1));
            }
        }
        if (reached.isEmpty()) {
            return;
        }
        try {
            CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get();
        } catch (ExecutionException e) {
            throw new KafkaException("The queue did not take what is due", e.getCause());
        }
        consumer.commitSync(reached);
    }

    private void resumeWhatIsDue(KafkaConsumer<String, byte[]> consumer) {
        var due = notBefore.entrySet().stream()
                .filter(waiting -> !waiting.getValue().isAfter(clock.instant()))
                .map(Map.Entry::getKey)
                .toList();
        due.forEach(notBefore::remove);
        consumer.resume(due);
    }

    private CompletableFuture<Void> forward(ConsumerRecord<String, byte[]> received) {
        CloudEvent event = CloudEvent.from(received);
        try {
            return queue.deliver(QueuedEvent.from(event));
        } catch (IllegalArgumentException e) {
            return queue.giveUpUnreadable(received.key(), event, String.valueOf(e.getMessage()));
        }
    }

    private static Instant due(ConsumerRecord<String, byte[]> received) {
        var header = received.headers().lastHeader("ce_notbefore");
        return header == null ? Instant.EPOCH : Instant.parse(new String(header.value(), StandardCharsets.UTF_8));
    }

    private final class Forgetting implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(notBefore::remove);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            partitions.forEach(notBefore::remove);
        }
    }

    @Override
    public void close() {
        try {
            if (!thread.join(Duration.ofSeconds(2))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
