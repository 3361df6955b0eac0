package dev.mayfly.registry.publication;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.registry.RegistryProperties;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Brings the {@link Outbox} to Kafka, in order, on one thread. At each start it first publishes all that is
 * {@link Announced}, so that a Kafka that lost its data is whole again. Healthy once that is done. What Kafka would never take
 * is kept, counted and logged, and holds up nothing else.
 */
@Component("publication")
public class OutboxRelay implements SmartLifecycle, HealthIndicator {
    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);

    private final Outbox outbox;
    private final List<Announced> announced;
    private final TransactionTemplate transactions;
    private final RegistryProperties properties;
    private final Clock clock;
    private final MeterRegistry metrics;
    private final Semaphore wake = new Semaphore(0);
    private final Map<Long, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private volatile boolean running;
    private volatile boolean published;
    private @Nullable Thread thread;

    OutboxRelay(
            Outbox outbox,
            List<Announced> announced,
            TransactionTemplate transactions,
            RegistryProperties properties,
            Clock clock,
            MeterRegistry metrics) {
        this.outbox = outbox;
        this.announced = announced;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * Called after the change {@code id} was committed: waits until Kafka has it, but no longer than
     * {@link RegistryProperties.Publication#answerWait}. It gets there in any case.
     */
    void hurry(long id) {
        var done = waiting.computeIfAbsent(id, unused -> new CompletableFuture<>());
        wake.release();
        try {
            done.get(properties.publication().answerWait().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.warn("The change {} is committed but not yet on Kafka; it follows", id);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Never completed with a failure", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.remove(id);
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().name("outbox-relay").start(this::run);
    }

    private void run() {
        while (running && !createTopics()) {
            pause();
        }
        if (!running) {
            return;
        }
        try (var publisher = new EventPublisher(properties.kafka())) {
            while (running) {
                if (relayed(publisher)) {
                    published = true;
                } else {
                    log.info(
                            "Changes wait for Kafka or the database; next try in {}",
                            properties.publication().retry());
                }
                pause();
            }
        }
    }

    private boolean createTopics() {
        try {
            TopicCreation.ensureAll(properties.kafka());
            return true;
        } catch (IllegalStateException e) {
            log.warn("Kafka is not ready: {}", e.getMessage());
            return false;
        }
    }

    /** Whether all that was committed when this began is on Kafka now. */
    private boolean relayed(EventPublisher publisher) {
        try {
            if (!published) {
                republish(publisher);
            }
            Set<Long> before = Set.copyOf(waiting.keySet());
            while (running && relayBatch(publisher)) {
                log.debug("There is more to relay");
            }
            before.forEach(this::done);
            return true;
        } catch (CompletionException e) {
            log.warn("Kafka did not take a change", e.getCause());
            return false;
        } catch (DataAccessException | TransactionException e) {
            log.warn("The outbox could not be read", e);
            return false;
        }
    }

    private void republish(EventPublisher publisher) {
        transactions.executeWithoutResult(transaction -> {
            outbox.lock();
            boolean anyRefused = outbox.countRefused() > 0;
            var sending = new Sending<Announcement>(publisher, clock);
            for (Announced all : announced) {
                all.forEach(announcement -> {
                    sending.send(announcement, announcement);
                    if (sending.isFull()) {
                        republished(sending, anyRefused);
                    }
                });
            }
            republished(sending, anyRefused);
        });
    }

    private void republished(Sending<Announcement> sending, boolean anyRefused) {
        sending.await(
                told -> {
                    if (anyRefused) {
                        outbox.forgetRefused(told);
                    }
                },
                this::report);
    }

    /** Whether there may be more. */
    private boolean relayBatch(EventPublisher publisher) {
        List<Outbox.Line> relayed = new ArrayList<>();
        transactions.executeWithoutResult(transaction -> {
            outbox.lock();
            List<Outbox.Line> lines = outbox.oldest(Sending.MOST, Sending.MOST_BYTES);
            if (lines.isEmpty()) {
                return;
            }
            var sending = new Sending<Outbox.Line>(publisher, clock);
            lines.forEach(line -> sending.send(line, line.announcement()));
            var told = new ArrayList<Long>();
            sending.await(line -> told.add(line.id()), (line, refusal) -> {
                outbox.refused(line, refusal);
                report(line.announcement(), refusal);
            });
            if (!told.isEmpty()) {
                outbox.told(told);
            }
            relayed.addAll(lines);
        });
        relayed.forEach(line -> done(line.id()));
        return !relayed.isEmpty();
    }

    /** One that nobody hears of until it changes must not keep all others from being heard of. */
    private void report(Announcement refused, String refusal) {
        metrics.counter(
                        "mayfly.registry.announcements.refused",
                        "topic",
                        refused.topic().topic())
                .increment();
        log.error(
                "Kafka does not take what is to be said about {} on {}: {}. The others are told; this one when it changes, or"
                        + " at the next start",
                refused.key(),
                refused.topic().topic(),
                refusal);
    }

    private void done(long id) {
        var future = waiting.get(id);
        if (future != null) {
            future.complete(null);
        }
    }

    private void pause() {
        Duration retry = properties.publication().retry();
        try {
            if (wake.tryAcquire(retry.toMillis(), TimeUnit.MILLISECONDS)) {
                wake.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    @Override
    public void stop() {
        running = false;
        wake.release();
        if (thread != null) {
            try {
                thread.join(Duration.ofSeconds(3));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Started before the web server and stopped after it. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public Health health() {
        return published
                ? Health.up().build()
                : Health.down()
                        .withDetail("waiting", "for Kafka to take all that is deployed")
                        .build();
    }
}
