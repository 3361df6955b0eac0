package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueueChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tells what becomes of events. While one record is on its way, what comes meanwhile gathers for the next, so that the
 * busier it is, the more changes share a record, up to half of what one may hold. Thread-safe.
 */
final class ChangeLog {
    private static final String SOURCE = "/mayfly/invoker-service";
    private static final int MAX_BATCH = 1000;

    /** Half of what Kafka takes in one record. */
    private static final int MAX_BATCH_BYTES = 1_000_000;

    private static final int MAX_DETAIL_CHARS = 1024;

    /** What a change takes as JSON besides its texts. */
    private static final int FRAME_BYTES = 400;

    /** What a character takes in JSON at most, which is what control characters take. */
    private static final int CHAR_BYTES = 6;

    private record Entry(QueueChange change, CompletableFuture<Void> safe) {
        /** About how many bytes of JSON it becomes; never fewer. */
        int bytes() {
            int chars = change.requestId().length()
                    + change.accountId().length()
                    + change.functionName().length()
                    + change.qualifier().length()
                    + length(change.reason())
                    + length(change.detail());
            return FRAME_BYTES + CHAR_BYTES * chars;
        }

        private static int length(@Nullable String text) {
            return text == null ? 0 : text.length();
        }
    }

    private final EventPublisher publisher;
    private final String invokerId;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Entry> gathered = new ArrayDeque<>();
    private boolean underWay;

    ChangeLog(EventPublisher publisher, String invokerId) {
        this.publisher = publisher;
        this.invokerId = invokerId;
    }

    /** Completes once the change is safe on all in-sync replicas; fails when Kafka does not take it. */
    CompletableFuture<Void> tell(QueueChange change) {
        var entry = new Entry(brief(change), new CompletableFuture<>());
        lock.lock();
        try {
            gathered.add(entry);
        } finally {
            lock.unlock();
        }
        publishNext();
        return entry.safe();
    }

    /** What is told of it is for people: a longer text must not keep what others tell from getting through. */
    private static QueueChange brief(QueueChange change) {
        String detail = change.detail();
        return detail == null || detail.length() <= MAX_DETAIL_CHARS
                ? change
                : new QueueChange(
                        change.requestId(),
                        change.accountId(),
                        change.functionName(),
                        change.qualifier(),
                        change.kind(),
                        change.attempt(),
                        change.backOffs(),
                        change.at(),
                        change.acceptedAt(),
                        change.notBefore(),
                        change.reason(),
                        detail.substring(0, MAX_DETAIL_CHARS));
    }

    /** At least one, and then as many as fit. Under the lock. */
    private List<Entry> nextBatch() {
        var batch = new ArrayList<Entry>(Math.min(gathered.size(), MAX_BATCH));
        int bytes = 0;
        while (!gathered.isEmpty() && batch.size() < MAX_BATCH) {
            bytes += gathered.element().bytes();
            if (!batch.isEmpty() && bytes > MAX_BATCH_BYTES) {
                break;
            }
            batch.add(gathered.remove());
        }
        return batch;
    }

    private void publishNext() {
        List<Entry> batch;
        lock.lock();
        try {
            if (underWay || gathered.isEmpty()) {
                return;
            }
            underWay = true;
            batch = nextBatch();
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
