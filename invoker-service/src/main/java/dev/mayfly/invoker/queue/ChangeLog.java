package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueueChange;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells what becomes of events. While one record is on its way, what comes meanwhile gathers for the next, so that the
 * busier it is, the more changes share a record. Thread-safe.
 */
final class ChangeLog {
    private static final String SOURCE = "/mayfly/invoker-service";
    private static final int MAX_BATCH = 1000;

    private record Entry(QueueChange change, CompletableFuture<Void> safe) {}

    private final EventPublisher publisher;
    private final String invokerId;
    private final ReentrantLock lock = new ReentrantLock();
    private List<Entry> gathered = new ArrayList<>();
    private boolean underWay;

    ChangeLog(EventPublisher publisher, String invokerId) {
        this.publisher = publisher;
        this.invokerId = invokerId;
    }

    /** Completes once the change is safe on all in-sync replicas; fails when Kafka does not take it. */
    CompletableFuture<Void> tell(QueueChange change) {
        var entry = new Entry(change, new CompletableFuture<>());
        lock.lock();
        try {
            gathered.add(entry);
        } finally {
            lock.unlock();
        }
        publishNext();
        return entry.safe();
    }

    private void publishNext() {
        List<Entry> batch;
        lock.lock();
        try {
            if (underWay || gathered.isEmpty()) {
                return;
            }
            underWay = true;
            batch = gathered.size() <= MAX_BATCH ? gathered : new ArrayList<>(gathered.subList(0, MAX_BATCH));
            gathered = gathered.size() <= MAX_BATCH
                    ? new ArrayList<>()
                    : new ArrayList<>(gathered.subList(MAX_BATCH, gathered.size()));
        } finally {
            lock.unlock();
        }
        var event = CloudEvent.of(
                UUID.randomUUID().toString(),
                SOURCE,
                QueueChange.TYPE,
                null,
                new QueueChange.Batch(batch.stream().map(Entry::change).toList()));
        publisher.publish(Topics.INVOCATION_CHANGES, invokerId, event).whenComplete((done, failure) -> {
            lock.lock();
            try {
                underWay = false;
            } finally {
                lock.unlock();
            }
            for (var entry : batch) {
                if (failure == null) {
                    entry.safe().complete(null);
                } else {
                    entry.safe().completeExceptionally(failure);
                }
            }
            publishNext();
        });
    }
}
