package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Puts many events from a compacted topic back into the queue, several at once. For one thread. */
final class Requeueing {
    private static final int AT_ONCE = 200;
    private static final int BYTES_AT_ONCE = 4 << 20;

    private record Sent(String key, QueuedEvent event, CompletableFuture<Void> publication) {}

    private final EventQueue queue;
    private final EventPublisher publisher;
    private final Topics from;
    private final Retrying retrying;
    private final List<Sent> sent = new ArrayList<>();
    private int bytes;

    Requeueing(EventQueue queue, EventPublisher publisher, Topics from, Retrying retrying) {
        this.queue = queue;
        this.publisher = publisher;
        this.from = from;
        this.retrying = retrying;
    }

    /** @param key what ends with the event's return */
    void add(String key, QueuedEvent event) throws InterruptedException {
        sent.add(new Sent(key, event, queue.deliver(event)));
        bytes += event.payload().length;
        if (sent.size() >= AT_ONCE || bytes >= BYTES_AT_ONCE) {
            finish();
        }
    }

    /** Returns when all that was added is safe in the queue. */
    void finish() throws InterruptedException {
        for (var one : sent) {
            retrying.untilSafe(one.publication(), () -> queue.deliver(one.event()));
            // Not waited for: what is put back a second time is run once.
            var unused = publisher.publishTombstone(from, one.key());
        }
        sent.clear();
        bytes = 0;
    }
}
