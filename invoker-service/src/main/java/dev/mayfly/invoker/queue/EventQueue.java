package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.queue.QueueOrder;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.contracts.traces.TraceHeader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where asynchronous invocations are put: to be delivered now, later, or never again. Thread-safe. */
public final class EventQueue {
    private static final int ARN_PARTS_WITH_QUALIFIER = 8;

    private final EventPublisher publisher;
    private final List<Duration> steps;
    private final Clock clock;

    /** @param steps the waiting times that have a partition of their own, ascending */
    EventQueue(EventPublisher publisher, List<Duration> steps, Clock clock) {
        if (steps.size() > Topics.DELAYED_INVOCATIONS.partitions()) {
            throw new IllegalArgumentException("mayfly.invoker.queue.back-off has " + steps.size() + " steps; at most "
                    + Topics.DELAYED_INVOCATIONS.partitions() + " are possible");
        }
        this.publisher = publisher;
        this.steps = steps;
        this.clock = clock;
    }

    /**
     * Accepts an invocation. Once the future completes, it is safe on all in-sync replicas. An invocation whose request id
     * was accepted not long ago is not run again.
     *
     * @param functionArn as invoked: its qualifier says which version is meant, at each attempt anew
     * @param sent by whoever invokes
     * @param traceparent likewise, or null
     */
    public CompletableFuture<Void> accept(
            String requestId,
            FunctionVersion function,
            String functionArn,
            TraceHeader sent,
            @Nullable String traceparent,
            @Nullable String clientContext,
            byte[] payload) {
        return accept(
                requestId,
                function.accountId(),
                function.name(),
                functionArn,
                sent,
                traceparent,
                clientContext,
                payload);
    }

    /** As above, for a function that was not looked up. */
    public CompletableFuture<Void> accept(
            String requestId,
            String accountId,
            String functionName,
            String functionArn,
            TraceHeader sent,
            @Nullable String traceparent,
            @Nullable String clientContext,
            byte[] payload) {
        return deliver(QueuedEvent.accepted(
                requestId,
                accountId,
                functionName,
                qualifier(functionArn),
                functionArn,
                sent.entering(accountId, functionName).text(),
                traceparent,
                clientContext,
                clock.instant(),
                payload));
    }

    static String qualifier(String functionArn) {
        String[] parts = functionArn.split(":", -1);
        return parts.length == ARN_PARTS_WITH_QUALIFIER ? parts[ARN_PARTS_WITH_QUALIFIER - 1] : FunctionVersion.LATEST;
    }

    /** Puts the event where it is delivered at once. */
    CompletableFuture<Void> deliver(QueuedEvent event) {
        return publisher.publish(Topics.INVOCATIONS, event.functionKey(), event.toCloudEvent());
    }

    /** Puts the event where it waits until it is due. */
    CompletableFuture<Void> delay(QueuedEvent event) {
        Instant due = event.notBefore();
        Duration wait = due == null ? Duration.ZERO : Duration.between(clock.instant(), due);
        return publisher.publish(
                Topics.DELAYED_INVOCATIONS, partitionFor(wait), event.functionKey(), event.toCloudEvent());
    }

    /** Puts the event where people look for what was given up. */
    CompletableFuture<Void> giveUp(QueuedEvent event, String reason, String detail) {
        CloudEvent dead = event.toCloudEvent().with("reason", reason).with("detail", detail);
        return publisher.publish(Topics.DEAD_INVOCATIONS, event.functionKey(), dead);
    }

    /** The order to cancel the event has been carried out. */
    CompletableFuture<Void> endCancelOrder(QueuedEvent event) {
        return publisher.publishTombstone(Topics.QUEUE_ORDERS, QueueOrder.Cancel.key(event.requestId()));
    }

    /** Keeps what is no event of ours, for people to look at. */
    CompletableFuture<Void> giveUpUnreadable(String key, CloudEvent unreadable, String detail) {
        return publisher.publish(
                Topics.DEAD_INVOCATIONS,
                key,
                unreadable.with("reason", "Unreadable").with("detail", detail));
    }

    /** The partition of the shortest step that is no shorter, so that within a partition what comes first is due first. */
    private int partitionFor(Duration wait) {
        for (int step = 0; step < steps.size(); step++) {
            if (wait.compareTo(steps.get(step)) <= 0) {
                return step;
            }
        }
        return steps.size() - 1;
    }
}
