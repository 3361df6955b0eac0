package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.queue.QueueChange;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs queued events, each on a virtual thread, and sees to what becomes of them. A future of this class completes only
 * when nothing more is to be done for the event: it was delivered, or waits safely, or was given up safely, and that was
 * told. An event that Kafka hands out again while it runs here, or after it ended, is not run again. Thread-safe.
 */
final class RunningEvents implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RunningEvents.class);
    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    /** An event that has been started. */
    final class Running {
        private final QueuedEvent event;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private final AtomicBoolean slow = new AtomicBoolean();
        private volatile boolean admitted;

        private Running(QueuedEvent event) {
            this.event = event;
        }

        /** Whether it may end soon: other events of its function that run do not take long, or it is only put off. */
        boolean mayEndSoon() {
            return !admitted || capacity.slow(event.functionKey()) == 0;
        }

        QueuedEvent event() {
            return event;
        }

        CompletableFuture<Void> ended() {
            return ended;
        }

        /** It runs for long, so that its function's events are expected to. */
        void isSlow() {
            if (!ended.isDone() && slow.compareAndSet(false, true)) {
                capacity.isSlow(event.functionKey());
            }
        }
    }

    private final Delivery delivery;
    private final EventQueue queue;
    private final ChangeLog changes;
    private final SettledEvents settledEvents;
    private final Parking parking;
    private final Retrying retrying;
    private final QueueMetrics metrics;
    private final Clock clock;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("event-", 0).factory());
    private final ConcurrentHashMap<String, Running> running = new ConcurrentHashMap<>();
    private final Capacity capacity;
    private final Turns turns;
    private volatile boolean abandoned;

    RunningEvents(
            Delivery delivery,
            EventQueue queue,
            ChangeLog changes,
            SettledEvents settledEvents,
            Parking parking,
            Retrying retrying,
            QueueMetrics metrics,
            Clock clock,
            QueueSettings settings) {
        this.delivery = delivery;
        this.queue = queue;
        this.changes = changes;
        this.settledEvents = settledEvents;
        this.parking = parking;
        this.retrying = retrying;
        this.metrics = metrics;
        this.clock = clock;
        this.capacity = new Capacity(settings.maxInFlight(), settings.maxInFlightBytes());
        this.turns = new Turns(clock);
    }

    /**
     * Waits until events may be started. Whoever takes records from Kafka asks before, since a record that waits here
     * would sit on its lock.
     */
    void awaitCapacity() throws InterruptedException {
        capacity.await();
    }

    /** Runs the event, unless it is over, or its function has its share of what runs: then it waits for later. */
    Running run(QueuedEvent event) {
        var fresh = new Running(event);
        var present = running.putIfAbsent(event.id(), fresh);
        if (present != null) {
            return present;
        }
        if (settledEvents.isOver(event)) {
            metrics.repeated();
            running.remove(event.id());
            fresh.ended.complete(null);
            return fresh;
        }
        int size = event.payload().length;
        boolean admitted = capacity.tryTake(event.accountId(), event.functionKey(), size);
        fresh.admitted = admitted;
        threads.execute(() -> {
            try {
                settle(event, admitted ? verdict(event) : delivery.putOffAsBusy(event, turn(event)));
                running.remove(event.id());
                fresh.ended.complete(null);
            } catch (InterruptedException e) {
                // Shutting down: the record or its lease brings the event back.
                running.remove(event.id());
                Thread.currentThread().interrupt();
            } finally {
                if (admitted) {
                    turns.ended(event.functionKey());
                    // Once it has ended, it can become slow no more.
                    capacity.giveBack(
                            event.accountId(), event.functionKey(), size, !fresh.slow.compareAndSet(false, true));
                }
            }
        });
        return fresh;
    }

    int size() {
        return running.size();
    }

    private Optional<Instant> turn(QueuedEvent event) {
        return turns.of(event, capacity.events(event.functionKey()));
    }

    private Verdict verdict(QueuedEvent event) throws InterruptedException {
        try {
            return delivery.deliver(event);
        } catch (RuntimeException e) {
            log.error("Delivery of {} failed and will be tried again", event.id(), e);
            return delivery.putOff(event, "PlatformError", e.toString());
        }
    }

    private void settle(QueuedEvent event, Verdict verdict) throws InterruptedException {
        if (abandoned && !(verdict instanceof Verdict.Delivered)) {
            throw new InterruptedException("Broken off by the end of this process, and by nothing else");
        }
        switch (verdict) {
            case Verdict.Delivered delivered -> {
                for (var outcome : delivered.records()) {
                    retrying.untilSafe(() -> queue.deliver(outcome));
                }
                told(event, QueueChange.Kind.SUCCEEDED, null, null);
            }
            case Verdict.Delayed delayed -> {
                retrying.untilSafe(() -> queue.delay(delayed.event()));
                told(delayed.event(), QueueChange.Kind.DELAYED, delayed.reason(), delayed.detail());
            }
            case Verdict.Parked parked -> {
                retrying.untilSafe(() -> parking.park(parked.event()));
                told(parked.event(), QueueChange.Kind.PARKED, "Paused", null);
            }
            case Verdict.GivenUp givenUp -> {
                metrics.givenUp(givenUp.reason());
                for (var outcome : givenUp.records()) {
                    retrying.untilSafe(() -> queue.deliver(outcome));
                }
                retrying.untilSafe(() -> queue.giveUp(event, givenUp.reason(), givenUp.detail()));
                told(event, QueueChange.Kind.GIVEN_UP, givenUp.reason(), givenUp.detail());
            }
            case Verdict.Cancelled ignored -> {
                told(event, QueueChange.Kind.CANCELLED, null, null);
                retrying.untilSafe(() -> queue.endCancelOrder(event));
            }
        }
    }

    /** Tells it, and returns when that is safe. Of records that go to destinations nothing is told. */
    private void told(QueuedEvent event, QueueChange.Kind kind, @Nullable String reason, @Nullable String detail)
            throws InterruptedException {
        var change = QueueChange.of(event, kind, clock.instant(), reason, detail);
        settledEvents.settled(change);
        if (event.delivery() == null) {
            retrying.untilSafe(() -> changes.tell(change));
        }
    }

    /** Tells that the event runs; completes once that is safe. */
    CompletableFuture<Void> tellStarted(QueuedEvent event) {
        return event.delivery() == null
                ? changes.tell(QueueChange.of(event, QueueChange.Kind.STARTED, clock.instant(), null, null))
                : NOTHING;
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
