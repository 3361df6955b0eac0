package dev.mayfly.contracts.usage;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.Topics;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Carries a journal's segments to {@code usage.events}, at least once: a segment is deleted only when Kafka has made all
 * of it safe. A segment that cannot be shipped stays and is tried again.
 */
public final class UsageShipper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(UsageShipper.class);

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final UsageJournal journal;
    private final EventPublisher publisher;
    private final String source;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("usage-shipper").factory());

    /**
     * Starts to ship.
     *
     * @param source the CloudEvents source, e.g. {@code /mayfly/sandbox-host}
     * @param interval how often the journal is looked at
     */
    public UsageShipper(UsageJournal journal, EventPublisher publisher, String source, Duration interval) {
        this.journal = journal;
        this.publisher = publisher;
        this.source = source;
        timer.scheduleWithFixedDelay(this::shipLogged, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ships all that is recorded so far. */
    public synchronized void ship() throws IOException {
        journal.roll();
        for (Path segment : journal.closedSegments()) {
            ship(segment);
            Files.delete(segment);
        }
    }

    private void ship(Path segment) throws IOException {
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (String line : UsageJournal.lines(segment)) {
            CompletableFuture<Void> one = publish(line);
            sent.add(one);
            if (one.isCompletedExceptionally()) {
                // Each further line would wait for Kafka as long as this one did.
                break;
            }
        }
        try {
            CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get();
        } catch (ExecutionException e) {
            throw new IOException("Kafka did not take " + segment.getFileName(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Stopped while shipping " + segment.getFileName());
        }
    }

    private CompletableFuture<Void> publish(String line) {
        UsageEvent event;
        try {
            event = Json.mapper().readValue(line, UsageEvent.class);
        } catch (JacksonException e) {
            // Kept for people on the dead-letter topic: dropping it would lose money, keeping it would block the rest.
            var dead =
                    CloudEvent.of("unreadable-" + line.hashCode(), source, "dev.mayfly.usage.unreadable", null, line);
            return publisher.publish(Topics.DEAD_USAGE_EVENTS, source, dead.with("reason", "unreadable journal line"));
        }
        var type = "dev.mayfly.usage." + event.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
        return publisher.publish(
                Topics.USAGE_EVENTS,
                event.accountId(),
                CloudEvent.of(event.id(), source, type, event.resource(), event));
    }

    private void shipLogged() {
        try {
            ship();
        } catch (IOException | RuntimeException e) {
            log.warn("Usage stays in the journal and will be shipped later: {}", e.toString());
        }
    }

    /** Ships what is left, but waits no longer than 2 s for that: the journal keeps the rest for the next start. */
    @Override
    public void close() {
        timer.execute(this::shipLogged);
        timer.shutdown();
        try {
            if (!timer.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException e) {
            timer.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
