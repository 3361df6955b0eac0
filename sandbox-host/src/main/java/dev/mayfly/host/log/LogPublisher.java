package dev.mayfly.host.log;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.host.HostProperties;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Carries log lines to {@code function.logs} without ever making a function wait: what does not fit is dropped and counted. */
@Component
public class LogPublisher implements SmartLifecycle {
    private record Line(String functionKey, String requestId, String text, Instant time) {}

    private final BlockingQueue<Line> backlog;
    private final EventPublisher publisher;
    private final Counter dropped;
    private volatile @Nullable Thread thread;

    LogPublisher(HostProperties properties, EventPublisher publisher, MeterRegistry metrics) {
        this.backlog = new ArrayBlockingQueue<>(properties.logBacklog());
        this.publisher = publisher;
        this.dropped = metrics.counter("mayfly.host.log.lines.dropped");
    }

    /** Takes one line of an invocation. */
    public void publish(String functionKey, String requestId, String line) {
        if (!backlog.offer(new Line(functionKey, requestId, line, Instant.now()))) {
            dropped.increment();
        }
    }

    private void run() {
        try {
            while (thread != null) {
                Line line = backlog.take();
                var event = new CloudEvent(
                                UUID.randomUUID().toString(),
                                "/mayfly/sandbox-host",
                                "dev.mayfly.function.log",
                                line.functionKey(),
                                line.time(),
                                Map.of("requestid", line.requestId()),
                                line.text().getBytes(StandardCharsets.UTF_8))
                        .with("datacontenttype", "text/plain");
                publisher
                        .publish(Topics.FUNCTION_LOGS, line.functionKey(), event)
                        .exceptionally(failure -> {
                            dropped.increment();
                            return null;
                        });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().daemon().name("log-publisher").start(this::run);
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
