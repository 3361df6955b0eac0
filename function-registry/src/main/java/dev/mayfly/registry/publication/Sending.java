package dev.mayfly.registry.publication;

import dev.mayfly.contracts.events.EventPublisher;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Announcements on their way to Kafka, each for something of the type {@code T}. */
final class Sending<T> {
    /** Announcements that are on their way at once. */
    static final int MOST = 100;
    /** Bytes that are on their way at once, the last announcement aside: they are all in the heap. */
    static final int MOST_BYTES = 4 << 20;

    private final EventPublisher publisher;
    private final Clock clock;
    private final List<Sent<T>> sent = new ArrayList<>();
    private long bytes;

    Sending(EventPublisher publisher, Clock clock) {
        this.publisher = publisher;
        this.clock = clock;
    }

    private record Sent<T>(T subject, CompletableFuture<Void> done) {}

    void send(T subject, Announcement announcement) {
        sent.add(new Sent<>(subject, announcement.publish(publisher, clock.instant())));
        bytes += announcement.size();
    }

    boolean isFull() {
        return sent.size() >= MOST || bytes >= MOST_BYTES;
    }

    /**
     * Returns when Kafka has taken or refused each.
     *
     * @param refused gets what Kafka would never take, and why
     * @throws CompletionException when Kafka took one of them not now, but may later
     */
    void await(Consumer<T> told, BiConsumer<T, String> refused) {
        for (Sent<T> one : sent) {
            EventPublisher.refusal(one.done())
                    .ifPresentOrElse(why -> refused.accept(one.subject(), why), () -> told.accept(one.subject()));
        }
        sent.clear();
        bytes = 0;
    }
}
