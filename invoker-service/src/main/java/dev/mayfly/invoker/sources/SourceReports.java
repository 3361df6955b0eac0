package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.contracts.function.SourceReport;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the registry how event sources fare: the newest that is to be said of each, when it has changed. Thread-safe. */
final class SourceReports implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SourceReports.class);
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final URI registry;
    private final Vouching vouching;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final ConcurrentHashMap<String, Told> told = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("source-reports").factory());

    /** @param said what the registry has heard last, or null */
    private record Told(
            String accountId, SourceReport wanted, @Nullable SourceReport said) {}

    SourceReports(URI registry, Vouching vouching) {
        this.registry = registry;
        this.vouching = vouching;
    }

    void start() {
        timer.scheduleWithFixedDelay(this::tell, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Has it told soon, unless something newer comes. */
    void say(EventSource source, SourceReport.Phase phase, @Nullable String result) {
        var report = new SourceReport(source.revision(), phase, result);
        told.compute(
                source.id(),
                (id, before) -> new Told(source.accountId(), report, before == null ? null : before.said()));
    }

    void forget(String id) {
        told.remove(id);
    }

    private void tell() {
        told.forEach((id, line) -> {
            if (!line.wanted().equals(line.said()) && tell(id, line)) {
                told.computeIfPresent(id, (same, now) -> new Told(now.accountId(), now.wanted(), line.wanted()));
            }
        });
    }

    private boolean tell(String id, Told line) {
        var request = HttpRequest.newBuilder(registry.resolve(SourceReport.path(id)))
                .timeout(Duration.ofSeconds(5))
                .header(Voucher.HEADER, vouching.issueForService("invoker-service", line.accountId()))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(line.wanted())))
                .build();
        try {
            int status =
                    http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status >= 500) {
                log.warn("The registry answered {} to a report about event source {}", status, id);
            }
            return status < 500;
        } catch (IOException e) {
            log.debug("The registry does not take reports now", e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        http.shutdownNow();
    }
}
