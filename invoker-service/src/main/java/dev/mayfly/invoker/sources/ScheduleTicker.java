package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has schedules tick, in one invoker at a time: the one to which a consumer group gave the topic's only partition. Up to
 * which time all is done is committed with that group before the ticks are queued: who lost the partition cannot commit, so
 * that no tick is queued twice, whoever dies or falls asleep when.
 */
final class ScheduleTicker implements ConsumerRebalanceListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ScheduleTicker.class);
    private static final TopicPartition LEASE = new TopicPartition(Topics.EVENT_SOURCES.topic(), 0);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String kafka;
    private final String group;
    private final DueTimes times;
    private final BooleanSupplier known;
    private final Ticks ticks;
    private final SourceMetrics metrics;
    private final Duration session;
    private final Clock clock;
    private final Stopping stopping = new Stopping();
    private volatile Thread thread = Thread.ofPlatform().unstarted(() -> {});
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;
    /** All up to this is done; null while another invoker ticks. */
    private @Nullable Instant done;

    /** @param known whether all schedules are */
    ScheduleTicker(
            String kafka,
            String group,
            DueTimes times,
            BooleanSupplier known,
            Ticks ticks,
            SourceMetrics metrics,
            Duration session,
            Clock clock) {
        this.kafka = kafka;
        this.group = group;
        this.times = times;
        this.known = known;
        this.ticks = ticks;
        this.metrics = metrics;
        this.session = session;
        this.clock = clock;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name("schedules").start(this::run);
    }

    private void run() {
        try {
            while (!stopping.isStopped()) {
                try {
                    hold();
                } catch (KafkaException e) {
                    log.warn("Schedules wait for Kafka: {}", e.toString());
                } catch (RuntimeException e) {
                    log.error("Schedules broke off and tick again", e);
                }
                stopping.pause(PAUSE);
            }
        } catch (Stopping.StoppedException e) {
            log.debug("Schedules do not tick here any more");
        }
    }

    private void hold() {
        try (var opened = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                        (int) session.toMillis(),
                        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                        (int) session.toMillis() / 4),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer = opened;
            done = null;
            opened.subscribe(Set.of(LEASE.topic()), this);
            while (!stopping.isStopped()) {
                opened.poll(POLL);
                if (done != null && known.getAsBoolean()) {
                    tick(opened, done);
                }
            }
        } finally {
            consumer = null;
        }
    }

    private void tick(KafkaConsumer<byte[], byte[]> holder, Instant before) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        if (!now.isAfter(before)) {
            return;
        }
        List<DueTimes.Tick> due = times.due(before, now);
        if (!due.isEmpty()) {
            if (!commit(holder, now)) {
                times.lookAgain();
                return;
            }
            due.forEach(ticks::queue);
            metrics.ticked(due.size());
        }
        done = now;
    }

    /** Whether this is still the one who ticks. */
    private boolean commit(KafkaConsumer<byte[], byte[]> holder, Instant until) {
        try {
            holder.commitSync(Map.of(LEASE, new OffsetAndMetadata(0, Optional.empty(), until.toString())), PATIENCE);
            return true;
        } catch (RebalanceInProgressException | TimeoutException e) {
            log.info("The ticks up to {} wait: {}", until, e.getMessage());
            return false;
        } catch (CommitFailedException e) {
            log.info("Another invoker has schedules tick now");
            done = null;
            return false;
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        var holder = consumer;
        if (holder == null || !partitions.contains(LEASE)) {
            return;
        }
        // Nothing is read: this is about who holds the partition.
        holder.pause(Set.of(LEASE));
        var noted = holder.committed(Set.of(LEASE), PATIENCE).get(LEASE);
        done = noted == null ? clock.instant() : until(noted.metadata());
        times.lookAgain();
        log.info("Schedules tick here, from {} on", done);
    }

    private Instant until(String noted) {
        try {
            return Instant.parse(noted);
        } catch (DateTimeParseException e) {
            log.error("Up to when schedules have ticked cannot be read: {}", noted);
            return clock.instant();
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        done = null;
    }

    @Override
    public void close() {
        stopping.stop();
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ticks.close();
    }
}
