package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.traces.InvocationTrace;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Carries traces to Kafka without ever making an invocation wait: who has one leaves it in a bounded line, and what does not fit
 * is dropped and counted.
 */
final class TracePublisher implements AutoCloseable {
    private static final int BACKLOG = 10_000;

    /** Traces are read a moment later anyway; one by one they cost Kafka more than the invocation does. */
    private static final Duration LINGER = Duration.ofMillis(100);

    private final BlockingQueue<InvocationTrace> backlog = new ArrayBlockingQueue<>(BACKLOG);
    private final EventPublisher publisher;
    private final Counter dropped;
    private final Thread thread;

    TracePublisher(String kafka, MeterRegistry metrics) {
        this(new EventPublisher(kafka, LINGER), metrics);
    }

    /** @param publisher is closed with this */
    TracePublisher(EventPublisher publisher, MeterRegistry metrics) {
        this.publisher = publisher;
        this.dropped = metrics.counter("mayfly.invoker.traces.dropped");
        this.thread = Thread.ofPlatform().daemon().name("trace-publisher").start(this::run);
    }

    void publish(InvocationTrace trace) {
        if (!backlog.offer(trace)) {
            dropped.increment();
        }
    }

    private void run() {
        try {
            while (true) {
                InvocationTrace trace = backlog.take();
                String function = trace.accountId() + ":" + trace.function();
                var event = CloudEvent.of(
                        trace.requestId() + "/" + trace.attempt(),
                        "/mayfly/invoker-service",
                        "dev.mayfly.invocation.trace",
                        function,
                        trace);
                publisher.publish(Topics.INVOCATION_TRACES, function, event).exceptionally(failure -> {
                    dropped.increment();
                    return null;
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        publisher.close();
    }
}
