package dev.mayfly.invoker.queue;

import dev.mayfly.invoker.load.LoadBoard;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs queued events, each on a virtual thread, and sees to what becomes of them. A future of this class completes only
 * when nothing more is to be done for the event: it was delivered, or waits safely, or was given up safely. An event that
 * Kafka hands out again while it runs here, or soon after, is not run again. Thread-safe.
 */
final class RunningEvents implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RunningEvents.class);
    private static final int REMEMBERED = 20_000;

    private final Delivery delivery;
    private final EventQueue queue;
    private final Retrying retrying;
    private final LoadBoard load;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("event-", 0).factory());
    private final ConcurrentHashMap<String, CompletableFuture<Void>> running = new ConcurrentHashMap<>();
    private final Capacity capacity;
    private volatile boolean abandoned;
    private final Set<String> done =
            Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<String, Boolean>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > REMEMBERED;
                }
            }));

    RunningEvents(Delivery delivery, EventQueue queue, Retrying retrying, LoadBoard load, QueueSettings settings) {
        this.delivery = delivery;
        this.queue = queue;
        this.retrying = retrying;
        this.load = load;
        this.capacity = new Capacity(settings.maxInFlight(), settings.maxInFlightBytes());
    }

    /**
     * Waits until events may be started. Whoever takes records from Kafka asks before, since a record that waits here
     * would sit on its lock.
     */
    void awaitCapacity() throws InterruptedException {
        capacity.await();
    }

    /** Runs the event. */
    CompletableFuture<Void> run(QueuedEvent event) {
        String id = event.id();
        if (done.contains(id)) {
            return CompletableFuture.completedFuture(null);
        }
        var present = running.get(id);
        if (present != null) {
            return present;
        }
        var waiting = load.waits(event.functionKey());
        int size = event.payload().length;
        capacity.take(size);
        var ended = new CompletableFuture<Void>();
        running.put(id, ended);
        threads.execute(() -> {
            waiting.close();
            try {
                settle(event);
                done.add(id);
                running.remove(id);
                ended.complete(null);
            } catch (InterruptedException e) {
                // Shutting down: the record or its lease brings the event back.
                running.remove(id);
                Thread.currentThread().interrupt();
            } finally {
                capacity.giveBack(size);
            }
        });
        return ended;
    }

    int size() {
        return running.size();
    }

    private void settle(QueuedEvent event) throws InterruptedException {
        Delivery.Verdict verdict;
        try {
            verdict = delivery.deliver(event);
        } catch (RuntimeException e) {
            log.error("Delivery of {} failed and will be tried again", event.id(), e);
            verdict = delivery.putOff(event);
        }
        if (abandoned && !(verdict instanceof Delivery.Verdict.Delivered)) {
            throw new InterruptedException("Broken off by the end of this process, and by nothing else");
        }
        switch (verdict) {
            case Delivery.Verdict.Delivered ignored -> {}
            case Delivery.Verdict.Delayed delayed -> retrying.untilSafe(() -> queue.delay(delayed.event()));
            case Delivery.Verdict.GivenUp givenUp ->
                retrying.untilSafe(() -> queue.giveUp(event, givenUp.reason(), givenUp.detail()));
        }
    }

    /** Waits for what runs, up to that long, then leaves it. */
    void finish(Duration limit) throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            log.info("{} events still run; they will be delivered again", running.size());
        }
    }

    /** Breaks off what runs, and puts none of it anywhere: its record or lease does. */
    @Override
    public void close() {
        abandoned = true;
        threads.shutdownNow();
        try {
            boolean ended = threads.awaitTermination(500, TimeUnit.MILLISECONDS);
            log.debug("All broken off: {}", ended);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
