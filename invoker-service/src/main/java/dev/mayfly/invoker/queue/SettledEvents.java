package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueueChange;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which deliveries are over, here and at other invokers, so that what Kafka hands out again is not run again. The
 * latest ones are kept, as they are told on {@code function.invocations.changes}; after a restart they are read back.
 * Thread-safe.
 */
final class SettledEvents implements AutoCloseable {
    private static final Duration READ_BACK = Duration.ofMinutes(15);

    private final Map<String, Long> settledBelow;
    private volatile @Nullable TopicTail tail;

    SettledEvents(int remembered) {
        settledBelow = Collections.synchronizedMap(new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                return size() > remembered;
            }
        });
    }

    void listen(String kafka) {
        tail = new TopicTail(kafka, Topics.INVOCATION_CHANGES, READ_BACK, this::accept);
    }

    boolean isComplete() {
        TopicTail current = tail;
        return current != null && current.isCaughtUp();
    }

    /** Whether this delivery is over: the event has ended, or waits for a later one. */
    boolean isOver(QueuedEvent event) {
        return settledBelow.getOrDefault(event.requestId(), 0L) > event.ordinal();
    }

    void settled(QueueChange change) {
        settled(change.requestId(), change.settledBelow());
    }

    void settled(String requestId, long below) {
        settledBelow.merge(requestId, below, Math::max);
    }

    private void accept(ConsumerRecord<String, byte[]> received) {
        Json.read(CloudEvent.from(received).data(), QueueChange.Batch.class)
                .changes()
                .forEach(this::settled);
    }

    @Override
    public void close() {
        TopicTail current = tail;
        if (current != null) {
            current.close();
        }
    }
}
