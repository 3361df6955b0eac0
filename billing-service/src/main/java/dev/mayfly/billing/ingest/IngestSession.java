package dev.mayfly.billing.ingest;

import dev.mayfly.billing.ledger.Ledger;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.usage.UsageEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * One uninterrupted run from Kafka into the ledger. It begins where the ledger's own offsets say, and ends with an
 * exception when Kafka or PostgreSQL goes away; the next session begins where the last commit was.
 */
final class IngestSession {
    private static final Logger log = LoggerFactory.getLogger(IngestSession.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration KAFKA_LIMIT = Duration.ofSeconds(10);

    /** What every session works with. */
    record Parts(
            UsageReading reading,
            Ledger ledger,
            ConsumedOffsets offsets,
            TransactionOperations transactions,
            IngestStatus status,
            IngestMetrics metrics,
            Clock clock) {}

    /** The topic as it is now: made anew, it has another id. */
    record Topic(String id, int partitions) {}

    private final Parts parts;
    private final KafkaConsumer<String, byte[]> consumer;
    private final EventPublisher deadLetters;
    private final Topic topic;
    private final List<TopicPartition> partitions;
    private final Map<TopicPartition, Instant> lastRecord = new HashMap<>();
    private Instant nextLook = Instant.MIN;

    IngestSession(Parts parts, KafkaConsumer<String, byte[]> consumer, EventPublisher deadLetters, Topic topic) {
        this.parts = parts;
        this.consumer = consumer;
        this.deadLetters = deadLetters;
        this.topic = topic;
        this.partitions = IntStream.range(0, topic.partitions())
                .mapToObj(number -> new TopicPartition(Topics.USAGE_EVENTS.topic(), number))
                .toList();
    }

    /** Goes to where the ledger stands. */
    void resume() {
        Map<Integer, Long> next = parts.offsets().load(topic.id());
        consumer.assign(partitions);
        var kept = consumer.beginningOffsets(partitions, KAFKA_LIMIT);
        for (TopicPartition partition : partitions) {
            long oldest = kept.getOrDefault(partition, 0L);
            long wanted = next.getOrDefault(partition.partition(), 0L);
            if (wanted < oldest) {
                parts.metrics().lost(oldest - wanted);
                log.error(
                        "{} usage events of {} are lost: Kafka dropped them before they were read",
                        oldest - wanted,
                        partition);
            }
            consumer.seek(partition, Math.max(wanted, oldest));
        }
    }

    /** Takes in what there is, or waits a moment when there is nothing. */
    void step() {
        var received = consumer.poll(POLL);
        if (!received.isEmpty()) {
            parts.metrics().timed(() -> takeIn(received));
        }
        Instant now = parts.clock().instant();
        if (!now.isBefore(nextLook)) {
            look(now);
            nextLook = now.plus(LOOK);
        }
    }

    private void takeIn(ConsumerRecords<String, byte[]> received) {
        var events = new ArrayList<UsageEvent>(received.count());
        var origins = new IdentityHashMap<UsageEvent, ConsumerRecord<String, byte[]>>();
        var dead = new ArrayList<DeadLetter>();
        for (var one : received) {
            try {
                UsageEvent event = parts.reading().read(one.value());
                events.add(event);
                origins.put(event, one);
            } catch (UsageReading.UnusableEventException e) {
                dead.add(new DeadLetter(one, String.valueOf(e.getMessage())));
            }
        }
        var next = new HashMap<Integer, Long>();
        received.nextOffsets().forEach((partition, offset) -> next.put(partition.partition(), offset.offset()));
        Ledger.Appended appended = parts.transactions().execute(transaction -> {
            Ledger.Appended done = parts.ledger().append(events);
            for (var refused : done.refused()) {
                dead.add(new DeadLetter(Objects.requireNonNull(origins.get(refused.event())), refused.reason()));
            }
            bury(dead);
            parts.offsets().save(topic.id(), next);
            return done;
        });
        parts.metrics().committed(appended.written(), appended.duplicates(), dead.size());
        for (TopicPartition partition : received.partitions()) {
            var last = received.records(partition).getLast();
            lastRecord.put(partition, Instant.ofEpochMilli(last.timestamp()));
        }
    }

    /** Returns when the dead letters are safe: only then may the offsets move past them. */
    private void bury(List<DeadLetter> dead) {
        var sent = dead.stream()
                .map(letter -> deadLetters.publish(
                        Topics.DEAD_USAGE_EVENTS,
                        letter.received().key() == null
                                ? "-"
                                : letter.received().key(),
                        letter.event(topic.id(), parts.clock().instant())))
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(sent).get();
        } catch (ExecutionException e) {
            throw new KafkaException("The dead-letter topic did not take a refused event", e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        dead.forEach(letter -> log.warn(
                "Usage event at {}-{} put aside: {}",
                letter.received().partition(),
                letter.received().offset(),
                letter.reason()));
    }

    private void look(Instant now) {
        var ends = consumer.endOffsets(partitions, KAFKA_LIMIT);
        long lag = 0;
        Instant asOf = now;
        for (TopicPartition partition : partitions) {
            long behind = ends.getOrDefault(partition, 0L) - consumer.position(partition);
            if (behind > 0) {
                lag += behind;
                Instant last = lastRecord.getOrDefault(partition, Instant.EPOCH);
                asOf = last.isBefore(asOf) ? last : asOf;
            }
        }
        parts.status().consuming(asOf, lag);
        int current =
                consumer.partitionsFor(Topics.USAGE_EVENTS.topic(), KAFKA_LIMIT).size();
        if (current != partitions.size()) {
            throw new KafkaException("%s has %d partitions now".formatted(Topics.USAGE_EVENTS.topic(), current));
        }
    }
}
