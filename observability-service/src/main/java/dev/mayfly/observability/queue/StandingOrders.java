package dev.mayfly.observability.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.queue.QueueOrder;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.observability.ObservabilitySettings;
import dev.mayfly.observability.http.Problem;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Gives orders to the invokers, and knows which stand: pauses that were not ended, cancellations that were not carried out
 * yet. Knows, too, which functions there are.
 */
@Component
class StandingOrders implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(StandingOrders.class);
    private static final String SOURCE = "/mayfly/observability-service";
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** Longer than anything can wait for its next attempt. */
    private static final Duration VOID_AFTER = Duration.ofDays(15);

    private final String kafka;
    private final Clock clock;
    private final EventPublisher publisher;
    private final Map<String, QueueOrder> standing = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> functions = new ConcurrentHashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile List<TopicTail> tails = List.of();
    private volatile @Nullable Thread starting;

    StandingOrders(ObservabilitySettings settings, Clock clock) {
        this.kafka = settings.kafka();
        this.clock = clock;
        this.publisher = new EventPublisher(kafka);
    }

    @Override
    public void start() {
        starting = Thread.ofPlatform().daemon().name("queue-orders").start(this::listen);
    }

    private void listen() {
        try {
            while (stopped.getCount() > 0) {
                try {
                    TopicCreation.ensureAll(kafka);
                    tails = List.of(
                            new TopicTail(kafka, Topics.QUEUE_ORDERS, TopicTail.From.BEGINNING, this::acceptOrder),
                            new TopicTail(
                                    kafka, Topics.FUNCTION_VERSIONS, TopicTail.From.BEGINNING, this::acceptFunction));
                    return;
                } catch (IllegalStateException e) {
                    log.warn("Kafka is not ready for the queue's orders yet: {}", e.toString());
                }
                if (stopped.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void acceptOrder(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            standing.remove(received.key());
            return;
        }
        var order = Json.read(received.value(), QueueOrder.class);
        standing.put(received.key(), order);
        boolean isVoid = order instanceof QueueOrder.Cancel
                && order.at().isBefore(clock.instant().minus(VOID_AFTER));
        if (isVoid) {
            var unused = publisher.publishTombstone(Topics.QUEUE_ORDERS, received.key());
        }
    }

    private void acceptFunction(ConsumerRecord<String, byte[]> received) {
        int colon = received.key().lastIndexOf(':');
        if (colon < 0) {
            return;
        }
        String function = received.key().substring(0, colon);
        String version = received.key().substring(colon + 1);
        if (received.value() == null) {
            functions.computeIfPresent(function, (key, versions) -> {
                versions.remove(version);
                return versions.isEmpty() ? null : versions;
            });
        } else {
            functions
                    .computeIfAbsent(function, key -> ConcurrentHashMap.newKeySet())
                    .add(version);
        }
    }

    /** Whether the function exists, as far as was heard. */
    boolean hasFunction(Target target) {
        return functions.containsKey(InvocationRules.key(target.accountId(), target.function()));
    }

    /** Whether exactly what is meant is paused, or all of the function. */
    boolean isPaused(Target target) {
        return standing.containsKey(key(target))
                || standing.containsKey(QueueOrder.Pause.key(target.accountId(), target.function(), null));
    }

    /** The qualifiers of the function that are paused by themselves. */
    List<String> pausedQualifiers(Target target) {
        return standing.values().stream()
                .filter(QueueOrder.Pause.class::isInstance)
                .map(QueueOrder.Pause.class::cast)
                .filter(pause -> pause.accountId().equals(target.accountId())
                        && pause.functionName().equals(target.function())
                        && pause.qualifier() != null)
                .map(pause -> Objects.requireNonNull(pause.qualifier()))
                .sorted()
                .toList();
    }

    private static String key(Target target) {
        return QueueOrder.Pause.key(target.accountId(), target.function(), target.qualifier());
    }

    /** Returns when the order is safe. */
    void pause(Target target) {
        give(new QueueOrder.Pause(target.accountId(), target.function(), target.qualifier(), clock.instant()));
    }

    void resume(Target target) {
        await(publisher.publishTombstone(Topics.QUEUE_ORDERS, key(target)));
        standing.remove(key(target));
    }

    void cancel(Target target, String requestId) {
        give(new QueueOrder.Cancel(target.accountId(), requestId, clock.instant()));
    }

    private void give(QueueOrder order) {
        var event = CloudEvent.of(
                UUID.randomUUID().toString(), SOURCE, "dev.mayfly.function.invocation.order", null, order);
        await(publisher.publish(Topics.QUEUE_ORDERS, order.key(), event));
        standing.put(order.key(), order);
    }

    /** Puts events into the queue; returns when all of them are safe. */
    void queue(List<QueuedEvent> events) {
        await(CompletableFuture.allOf(events.stream()
                .map(event -> publisher.publish(Topics.INVOCATIONS, event.functionKey(), event.toCloudEvent()))
                .toArray(CompletableFuture[]::new)));
    }

    private static void await(CompletableFuture<Void> publication) {
        try {
            publication.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("Kafka did not take an order: {}", String.valueOf(e.getCause()));
            throw Problem.unavailable("Kafka does not take orders at the moment. Try again in a few seconds.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.unavailable("The service is shutting down.");
        }
    }

    @Override
    public void stop() {
        stopped.countDown();
        Thread thread = starting;
        if (thread != null) {
            thread.interrupt();
        }
        starting = null;
        tails.forEach(TopicTail::close);
        publisher.close();
    }

    @Override
    public boolean isRunning() {
        return starting != null;
    }
}
