package dev.mayfly.identity.publication;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.identity.IdentitySettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Publishes the present state of every changed key and account. A note is forgotten only when Kafka has made the state safe,
 * so an outage of Kafka or of this process delays a change and loses none.
 */
@Component
class Relay implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Relay.class);
    private static final int BATCH = 500;
    private static final String SOURCE = "/mayfly/identity-service";

    private final ChangeLog changes;
    private final List<States> feeds;
    private final TransactionTemplate transaction;
    private final IdentitySettings settings;
    private final Semaphore wake = new Semaphore(0);
    private volatile @Nullable Thread thread;

    Relay(ChangeLog changes, List<States> feeds, TransactionTemplate transaction, IdentitySettings settings) {
        this.changes = changes;
        this.feeds = feeds;
        this.transaction = transaction;
        this.settings = settings;
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
    void onNoted(ChangeLog.Noted noted) {
        wake.release();
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().daemon().name("relay").start(this::run);
    }

    private void run() {
        try (var publisher = new EventPublisher(settings.kafka())) {
            boolean prepared = false;
            while (thread != null) {
                try {
                    if (!prepared) {
                        TopicCreation.ensureAll(settings.kafka());
                        transaction.executeWithoutResult(
                                status -> feeds.forEach(states -> changes.noteAll(states.feed())));
                        prepared = true;
                    }
                    for (States states : feeds) {
                        while (relayBatch(states, publisher)) {
                            wake.drainPermits();
                        }
                    }
                } catch (DataAccessException | TransactionException | CompletionException | IllegalStateException e) {
                    log.warn("Changes of keys and accounts are not published yet and will be: {}", e.toString());
                }
                wake.tryAcquire(settings.publicationRetry().toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether there may be more. */
    private boolean relayBatch(States states, EventPublisher publisher) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            if (!changes.tryLock()) {
                return false;
            }
            List<ChangeLog.Change> noted = changes.oldest(states.feed(), BATCH);
            if (!noted.isEmpty()) {
                publish(states, noted, publisher);
                changes.forget(states.feed(), noted);
            }
            return noted.size() == BATCH;
        }));
    }

    private static void publish(States states, List<ChangeLog.Change> noted, EventPublisher publisher) {
        Set<String> ids = new TreeSet<>();
        noted.forEach(change -> ids.add(change.subject()));
        Map<String, ?> present = states.states(ids);
        CompletableFuture.allOf(ids.stream()
                        .map(id -> publish(states.feed(), id, present.get(id), publisher))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private static CompletableFuture<Void> publish(
            Feed feed, String id, @Nullable Object state, EventPublisher publisher) {
        if (state == null) {
            return publisher.publishTombstone(feed.topic(), id);
        }
        var event = CloudEvent.of(UUID.randomUUID().toString(), SOURCE, feed.eventType(), id, state);
        return publisher.publish(feed.topic(), id, event);
    }

    @Override
    public void stop() {
        Thread running = thread;
        thread = null;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
