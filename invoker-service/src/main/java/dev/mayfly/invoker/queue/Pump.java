package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One share consumer on a thread of its own. It takes a batch, runs all of it at once, and acknowledges it when each event
 * has ended or is leased. A share consumer gets nothing new while it holds a record, so nothing is held for longer than
 * {@link QueueSettings#hold}: what runs on is leased ({@link Leases}) and then acknowledged.
 */
final class Pump implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Pump.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final String kafka;
    private final String topic;
    private final QueueSettings settings;
    private final RunningEvents events;
    private final Leases leases;
    private final EventQueue queue;
    private final Retrying retrying;
    private final Thread thread;

    Pump(
            String kafka,
            String topic,
            QueueSettings settings,
            RunningEvents events,
            Leases leases,
            EventQueue queue,
            Retrying retrying) {
        this.kafka = kafka;
        this.topic = topic;
        this.settings = settings;
        this.events = events;
        this.leases = leases;
        this.queue = queue;
        this.retrying = retrying;
        this.thread = Thread.ofPlatform().daemon().name("event-pump").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!retrying.isStopped()) {
                try (var consumer = consumer()) {
                    consumer.subscribe(List.of(topic));
                    while (!retrying.isStopped()) {
                        take(consumer);
                    }
                } catch (InterruptException e) {
                    return;
                } catch (KafkaException e) {
                    log.warn("The queue cannot be read now: {}", e.toString());
                    retrying.pause();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private KafkaShareConsumer<String, byte[]> consumer() {
        return new KafkaShareConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        settings.group(),
                        ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG,
                        "explicit",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        settings.batch(),
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                        8 << 20),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private void take(KafkaShareConsumer<String, byte[]> consumer) throws InterruptedException {
        events.awaitCapacity();
        ConsumerRecords<String, byte[]> batch = consumer.poll(POLL);
        if (batch.isEmpty()) {
            return;
        }
        var held = new ArrayList<RunningEvents.Running>(batch.count());
        for (var received : batch) {
            QueuedEvent event = read(received);
            if (event != null) {
                held.add(events.run(event));
            }
        }
        hold(held);
        lease(held.stream().filter(one -> !one.ended().isDone()).toList());
        batch.forEach(received -> consumer.acknowledge(received, AcknowledgeType.ACCEPT));
        consumer.commitSync()
                .forEach((partition, failure) -> failure.ifPresent(
                        reason -> log.warn("Kafka may deliver events of {} again: {}", partition, reason)));
    }

    /** Waits for those that may end soon, a little. */
    private void hold(List<RunningEvents.Running> held) throws InterruptedException {
        var soon = held.stream()
                .filter(RunningEvents.Running::mayEndSoon)
                .map(RunningEvents.Running::ended)
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(soon).get(settings.hold().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.debug("Part of a batch of {} runs on", held.size());
        } catch (ExecutionException e) {
            throw new IllegalStateException("Events never end with an exception", e);
        }
    }

    /** Returns when all of these are safe without their records. */
    private void lease(List<RunningEvents.Running> runOn) throws InterruptedException {
        runOn.forEach(RunningEvents.Running::isSlow);
        var begun = runOn.stream().map(one -> lease(one.event())).toList();
        for (int n = 0; n < begun.size(); n++) {
            var one = runOn.get(n);
            retrying.untilSafe(begun.get(n), () -> lease(one.event()));
            leases.endWith(one.event(), one.ended());
        }
    }

    private CompletableFuture<Void> lease(QueuedEvent event) {
        return CompletableFuture.allOf(leases.take(event), events.tellStarted(event));
    }

    private @Nullable QueuedEvent read(ConsumerRecord<String, byte[]> received) throws InterruptedException {
        CloudEvent event;
        try {
            event = CloudEvent.from(received);
        } catch (IllegalArgumentException e) {
            byte[] value = received.value() == null ? new byte[0] : received.value();
            event = new CloudEvent(
                    UUID.randomUUID().toString(), "unknown", "unknown", null, Instant.now(), Map.of(), value);
            giveUp(received, event, e);
            return null;
        }
        try {
            return QueuedEvent.from(event);
        } catch (IllegalArgumentException e) {
            giveUp(received, event, e);
            return null;
        }
    }

    private void giveUp(ConsumerRecord<String, byte[]> received, CloudEvent event, IllegalArgumentException why)
            throws InterruptedException {
        log.warn("A record of {} at offset {} is no invocation: {}", topic, received.offset(), why.getMessage());
        String key = received.key() == null ? "unknown" : received.key();
        retrying.untilSafe(() -> queue.giveUpUnreadable(key, event, String.valueOf(why.getMessage())));
    }

    /** Waits for the batch in hand. */
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
