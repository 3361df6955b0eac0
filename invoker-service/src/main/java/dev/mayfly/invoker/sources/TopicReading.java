package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.function.EventSource.KafkaTopic;
import dev.mayfly.contracts.triggers.EventFilter;
import io.micrometer.core.instrument.Gauge;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer of one mapping's group. Each partition that it is given has a {@link PartitionWorker}; offsets are committed
 * when a worker is done with them. Used by one thread.
 */
final class TopicReading implements ConsumerRebalanceListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TopicReading.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final KafkaTopic source;
    private final EventFilter filter;
    private final BatchDelivery delivery;
    private final SourceMetrics metrics;
    private final SourceMemory memory;
    private final SourceSettings settings;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, PartitionWorker> workers = new HashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    /** How many workers of a partition broke off since something was done. */
    private final Map<TopicPartition, Integer> deaths = new HashMap<>();

    private final Gauge gauge;
    private volatile double lag;

    TopicReading(
            KafkaTopic source,
            EventFilter filter,
            BatchDelivery delivery,
            SourceMetrics metrics,
            SourceMemory memory,
            SourceSettings settings) {
        this.source = source;
        this.filter = filter;
        this.delivery = delivery;
        this.metrics = metrics;
        this.memory = memory;
        this.settings = settings;
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        source.bootstrapServers(),
                        ConsumerConfig.GROUP_ID_CONFIG,
                        source.consumerGroup(),
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                        1 << 20,
                        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                        (int) settings.session().toMillis(),
                        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                        (int) settings.session().toMillis() / 4,
                        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                        CooperativeStickyAssignor.class.getName(),
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        256 << 10),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        this.gauge = metrics.lag(source.id(), this, reading -> reading.lag);
    }

    boolean topicExists() {
        var found = consumer.partitionsFor(source.topic(), PATIENCE);
        return found != null && !found.isEmpty();
    }

    /** Reads until it is stopped; fails with Kafka's exception. */
    void run(Stopping stopping) {
        consumer.subscribe(Set.of(source.topic()), this);
        while (!stopping.isStopped()) {
            var records = consumer.poll(POLL);
            for (TopicPartition partition : records.partitions()) {
                var worker = workers.get(partition);
                if (worker != null) {
                    worker.add(records.records(partition));
                }
            }
            commit(workers.keySet());
            replaceTheDead();
            throttle();
            lag = workers.keySet().stream()
                    .map(consumer::currentLag)
                    .filter(OptionalLong::isPresent)
                    .mapToLong(OptionalLong::getAsLong)
                    .sum();
        }
        finish(new HashSet<>(workers.keySet()));
    }

    /** What a worker broke off at is read again, by another one, a while later. */
    private void replaceTheDead() {
        workers.replaceAll((partition, worker) -> {
            int before = deaths.getOrDefault(partition, 0);
            if (!worker.hasBeenDeadFor(settings.backOff(before))) {
                return worker;
            }
            deaths.put(partition, before + 1);
            consumer.seek(partition, Math.max(worker.done(), committed.getOrDefault(partition, 0L)));
            return worker(partition);
        });
    }

    private PartitionWorker worker(TopicPartition partition) {
        return new PartitionWorker(source, partition.partition(), filter, delivery, metrics, memory);
    }

    private void throttle() {
        var full = new HashSet<TopicPartition>();
        workers.forEach((partition, worker) -> {
            if (worker.isFull()) {
                full.add(partition);
            }
        });
        var paused = consumer.paused();
        consumer.pause(full);
        consumer.resume(
                paused.stream().filter(partition -> !full.contains(partition)).toList());
    }

    private void commit(Collection<TopicPartition> partitions) {
        var news = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (TopicPartition partition : partitions) {
            var worker = workers.get(partition);
            if (worker != null && worker.done() > committed.getOrDefault(partition, -1L)) {
                news.put(partition, new OffsetAndMetadata(worker.done()));
            }
        }
        if (news.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(news, PATIENCE);
            news.forEach((partition, offset) -> {
                committed.put(partition, offset.offset());
                deaths.remove(partition);
            });
        } catch (RebalanceInProgressException | CommitFailedException | TimeoutException e) {
            log.info("Event source {}: offsets are committed later: {}", source.id(), e.getMessage());
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        var known = consumer.committed(Set.copyOf(partitions), PATIENCE);
        var fresh = partitions.stream()
                .filter(partition -> known.get(partition) == null)
                .collect(Collectors.toSet());
        if (!fresh.isEmpty()) {
            begin(fresh);
        }
        for (TopicPartition partition : partitions) {
            committed.put(partition, consumer.position(partition, PATIENCE));
            workers.put(partition, worker(partition));
        }
    }

    /** Where reading begins when nothing was read yet, and what is committed at once, so that it begins there only once. */
    private void begin(Set<TopicPartition> fresh) {
        switch (source.startingPosition()) {
            case TRIM_HORIZON -> consumer.seekToBeginning(fresh);
            case LATEST -> consumer.seekToEnd(fresh);
            case AT_TIMESTAMP -> seekTo(fresh, Objects.requireNonNull(source.startingTimestamp()));
        }
        var positions = new HashMap<TopicPartition, OffsetAndMetadata>();
        fresh.forEach(
                partition -> positions.put(partition, new OffsetAndMetadata(consumer.position(partition, PATIENCE))));
        consumer.commitSync(positions, PATIENCE);
    }

    private void seekTo(Set<TopicPartition> partitions, Instant time) {
        var wanted =
                partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> time.toEpochMilli()));
        var found = consumer.offsetsForTimes(wanted, PATIENCE);
        for (TopicPartition partition : partitions) {
            var at = found.get(partition);
            if (at == null) {
                consumer.seekToEnd(Set.of(partition));
            } else {
                consumer.seek(partition, at.offset());
            }
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        finish(Set.copyOf(partitions));
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> {
            var worker = workers.remove(partition);
            committed.remove(partition);
            deaths.remove(partition);
            if (worker != null) {
                worker.stop();
            }
        });
    }

    /** Gives what runs a moment to end, and commits it. */
    private void finish(Set<TopicPartition> partitions) {
        var ending =
                partitions.stream().map(workers::get).filter(Objects::nonNull).toList();
        ending.forEach(PartitionWorker::stop);
        long deadline = System.nanoTime() + settings.answerWait().toNanos();
        ending.forEach(worker -> worker.join(deadline));
        commit(partitions);
        workers.keySet().removeAll(partitions);
        committed.keySet().removeAll(partitions);
        deaths.keySet().removeAll(partitions);
    }

    @Override
    public void close() {
        metrics.remove(gauge);
        workers.values().forEach(PartitionWorker::stop);
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(PATIENCE));
    }
}
