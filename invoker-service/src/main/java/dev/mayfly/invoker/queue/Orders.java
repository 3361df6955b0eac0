package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueueOrder;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** What people have ordered of the queue, held in memory as {@code function.invocations.orders} tells it. Thread-safe. */
final class Orders implements AutoCloseable {
    private final Set<String> standing = ConcurrentHashMap.newKeySet();
    private volatile @Nullable TopicTail tail;

    void listen(String kafka) {
        tail = new TopicTail(kafka, Topics.QUEUE_ORDERS, TopicTail.From.BEGINNING, this::accept);
    }

    boolean isComplete() {
        TopicTail current = tail;
        return current != null && current.isCaughtUp();
    }

    /** Whether events like this one are to wait. */
    boolean isPaused(QueuedEvent event) {
        return event.delivery() == null && isPaused(event.accountId(), event.functionName(), event.qualifier());
    }

    boolean isPaused(String accountId, String functionName, String qualifier) {
        return standing.contains(QueueOrder.Pause.key(accountId, functionName, null))
                || standing.contains(QueueOrder.Pause.key(accountId, functionName, qualifier));
    }

    boolean isCancelled(QueuedEvent event) {
        return standing.contains(QueueOrder.Cancel.key(event.requestId()));
    }

    void accept(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            standing.remove(received.key());
        } else {
            standing.add(Json.read(received.value(), QueueOrder.class).key());
        }
    }

    @Override
    public void close() {
        TopicTail current = tail;
        if (current != null) {
            current.close();
        }
    }
}
