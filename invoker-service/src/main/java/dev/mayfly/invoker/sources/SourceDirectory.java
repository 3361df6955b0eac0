package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.EventSource;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** All event sources, held in memory as {@code function.event-sources} tells them. Thread-safe. */
final class SourceDirectory implements AutoCloseable {
    private final ConcurrentHashMap<String, EventSource> sources = new ConcurrentHashMap<>();
    private final BiConsumer<String, @Nullable EventSource> listener;
    private volatile @Nullable TopicTail tail;

    /** @param listener told of every change, in order, with null for a deletion */
    SourceDirectory(BiConsumer<String, @Nullable EventSource> listener) {
        this.listener = listener;
    }

    void listen(String kafka) {
        tail = new TopicTail(kafka, Topics.EVENT_SOURCES, TopicTail.From.BEGINNING, this::accept);
    }

    /** Whether all that there was at the start is known. */
    boolean isComplete() {
        TopicTail current = tail;
        return current != null && current.isCaughtUp();
    }

    Collection<EventSource> all() {
        return sources.values();
    }

    void accept(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            sources.remove(received.key());
            listener.accept(received.key(), null);
            return;
        }
        var source = Json.read(CloudEvent.from(received).data(), EventSource.class);
        sources.put(received.key(), source);
        listener.accept(received.key(), source);
    }

    @Override
    public void close() {
        TopicTail current = tail;
        if (current != null) {
            current.close();
        }
    }
}
