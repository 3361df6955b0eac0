package dev.mayfly.objects.metering;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.usage.UsageEvent.StorageChange;
import dev.mayfly.objects.MayflyProperties;
import dev.mayfly.objects.ObjectsProperties;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the outbox to Kafka, at least once, in order: a change leaves the outbox when Kafka has it. What Kafka would never take
 * stays, is counted and logged, and holds up nothing else; each start tries it again.
 */
final class OutboxRelay implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);

    private final Outbox outbox;
    private final EventPublisher publisher;
    private final String region;
    private final NotificationRules rules = new NotificationRules();
    private final int batch;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("outbox-relay").factory());

    private final Counter refusals;
    private boolean started;

    OutboxRelay(
            Outbox outbox,
            EventPublisher publisher,
            MayflyProperties mayfly,
            ObjectsProperties objects,
            MeterRegistry metrics) {
        this.refusals = metrics.counter("mayfly.objects.changes.refused");
        this.outbox = outbox;
        this.publisher = publisher;
        this.region = mayfly.region();
        this.batch = objects.relayBatch();
        long interval = objects.relayInterval().toMillis();
        timer.scheduleWithFixedDelay(this::relay, interval, interval, TimeUnit.MILLISECONDS);
    }

    private void relay() {
        try {
            if (!started) {
                outbox.retryRefused();
                started = true;
            }
            int told;
            do {
                told = outbox.relay(batch, this::publish);
            } while (told == batch && !timer.isShutdown());
        } catch (RuntimeException e) {
            log.warn("Changes of objects stay in the outbox and will be told later: {}", e.toString());
        }
    }

    /** Why Kafka would never take what is told of some; fails when it took something not now, but may later. */
    Map<Long, String> publish(List<OutboxRow> rows) {
        var sent = new LinkedHashMap<OutboxRow, CompletableFuture<Void>>();
        rows.forEach(row -> sent.put(row, publish(row)));
        var refused = new HashMap<Long, String>();
        sent.forEach((row, done) -> EventPublisher.refusal(done).ifPresent(why -> {
            refusals.increment();
            log.error(
                    "Kafka does not take the change {} of the bucket {}: {}; the others are told",
                    row.id(),
                    row.bucket(),
                    why);
            refused.put(row.seq(), why);
        }));
        return refused;
    }

    private CompletableFuture<Void> publish(OutboxRow row) {
        var usage = row.bytes() == 0 && row.objects() == 0
                ? CompletableFuture.<Void>completedFuture(null)
                : publishUsage(row);
        return row.event() == null ? usage : CompletableFuture.allOf(usage, publishEvent(row, row.event()));
    }

    private CompletableFuture<Void> publishUsage(OutboxRow row) {
        var change = new StorageChange(
                "sto-" + row.id(), row.accountId(), row.at(), row.bucket(), row.bytes(), row.objects());
        return publisher.publish(
                Topics.USAGE_EVENTS,
                row.accountId(),
                CloudEvent.of(change.id(), Reporting.SOURCE, "dev.mayfly.usage.storagechange", row.bucket(), change));
    }

    private CompletableFuture<Void> publishEvent(OutboxRow row, String name) {
        return publisher.publish(Topics.OBJECT_EVENTS, row.bucket(), ObjectEvent.of(row, name, region, rules));
    }

    @Override
    public void close() {
        timer.close();
    }
}
