package dev.mayfly.invoker.load;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells {@code function.load} every second what runs and waits. Lost reports are not made up for: the next one counts. */
public final class LoadReporter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LoadReporter.class);
    private static final Duration WINDOW = Duration.ofSeconds(1);

    private final LoadBoard board;
    private final EventPublisher publisher;
    private final String invokerId;
    private final Clock clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("load-reporter").factory());

    public LoadReporter(LoadBoard board, EventPublisher publisher, String invokerId, Clock clock) {
        this.board = board;
        this.publisher = publisher;
        this.invokerId = invokerId;
        this.clock = clock;
    }

    public void start() {
        timer.scheduleAtFixedRate(this::report, WINDOW.toMillis(), WINDOW.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void report() {
        for (var load : board.drain(invokerId, WINDOW, clock.instant())) {
            var event = CloudEvent.of(
                    UUID.randomUUID().toString(),
                    "/mayfly/invoker-service",
                    "dev.mayfly.function.load",
                    load.functionKey(),
                    load);
            var unused = publisher
                    .publish(Topics.FUNCTION_LOAD, load.functionKey(), event)
                    .exceptionally(failure -> {
                        log.debug("A load report was lost: {}", failure.toString());
                        return null;
                    });
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
