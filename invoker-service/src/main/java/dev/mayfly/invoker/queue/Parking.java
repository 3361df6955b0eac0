package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the events of paused functions wait: on a compacted topic, of which every invoker knows the places. Once a function
 * is not paused any more, one invoker puts its events back into the queue. Nothing is read or moved meanwhile. Thread-safe.
 */
final class Parking implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Parking.class);

    private record Parked(String account, String function, String qualifier, PlacedEvents.Place place) {}

    private final EventPublisher publisher;
    private final EventQueue queue;
    private final Orders orders;
    private final PlacedEvents reader;
    private final Retrying retrying;
    private final Clock clock;
    private final ConcurrentHashMap<String, Parked> parked = new ConcurrentHashMap<>();
    private volatile @Nullable TopicTail tail;

    Parking(
            EventPublisher publisher,
            EventQueue queue,
            Orders orders,
            PlacedEvents reader,
            Retrying retrying,
            Clock clock) {
        this.publisher = publisher;
        this.queue = queue;
        this.orders = orders;
        this.reader = reader;
        this.retrying = retrying;
        this.clock = clock;
    }

    void listen(String kafka) {
        tail = new TopicTail(kafka, Topics.PARKED_INVOCATIONS, TopicTail.From.BEGINNING, this::accept);
    }

    boolean isComplete() {
        TopicTail current = tail;
        return current != null && current.isCaughtUp();
    }

    /** Completes once the event waits safely. */
    CompletableFuture<Void> park(QueuedEvent event) {
        return publisher.publish(Topics.PARKED_INVOCATIONS, event.id(), event.toCloudEvent());
    }

    /** Puts back what waits for no paused function any more. For one invoker at a time. */
    void releaseWhatIsNotPaused() throws InterruptedException {
        if (!orders.isComplete()) {
            return;
        }
        var free = new HashMap<String, PlacedEvents.Place>();
        parked.forEach((key, one) -> {
            if (!isPaused(one)) {
                free.put(key, one.place());
            }
        });
        if (free.isEmpty()) {
            return;
        }
        log.info("{} events are put back into the queue: their functions are not paused any more", free.size());
        var back = new Requeueing(queue, publisher, Topics.PARKED_INVOCATIONS, retrying);
        reader.read(free, (key, event) -> {
            if (!orders.isPaused(event)) {
                back.add(key, event.unparked(clock.instant()));
            }
        });
        back.finish();
        free.keySet().forEach(key -> parked.computeIfPresent(key, (same, one) -> isPaused(one) ? one : null));
    }

    private boolean isPaused(Parked one) {
        return orders.isPaused(one.account(), one.function(), one.qualifier());
    }

    private void accept(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            parked.remove(received.key());
        } else {
            parked.put(
                    received.key(),
                    new Parked(
                            header(received, "ce_account"),
                            header(received, "ce_function"),
                            header(received, "ce_qualifier"),
                            new PlacedEvents.Place(received.partition(), received.offset())));
        }
    }

    private static String header(ConsumerRecord<String, byte[]> received, String name) {
        var header = received.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8).intern();
    }

    @Override
    public void close() {
        TopicTail current = tail;
        if (current != null) {
            current.close();
        }
    }
}
