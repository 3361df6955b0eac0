package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.contracts.function.SourceReport;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.contracts.triggers.EventFilter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Turns what happens to objects into asynchronous invocations, in the order in which it happened, bucket by bucket. Offsets
 * are committed when the invocations are safe; one that is told twice has the same request id.
 */
final class ObjectEvents implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ObjectEvents.class);
    private static final String GROUP = "object-events";
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String kafka;
    private final AsyncCalls calls;
    private final SourceReports reports;
    private final SourceMetrics metrics;
    private final BucketNotifications notifications;
    private final Map<String, Interested> sources = new ConcurrentHashMap<>();
    private final Stopping stopping = new Stopping();
    private volatile Thread thread = Thread.ofPlatform().unstarted(() -> {});

    private record Interested(EventSource.Bucket source, EventFilter filter) {}

    ObjectEvents(String kafka, AsyncCalls calls, SourceReports reports, SourceMetrics metrics) {
        this.kafka = kafka;
        this.calls = calls;
        this.notifications = new BucketNotifications(calls, metrics);
        this.reports = reports;
        this.metrics = metrics;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name("object-events").start(this::run);
    }

    /** From now on {@code source} is told. */
    void add(EventSource.Bucket source) {
        try {
            sources.put(source.id(), new Interested(source, EventFilter.of(source.filters())));
            reports.say(source, SourceReport.Phase.READING, null);
        } catch (EventFilter.InvalidPatternException e) {
            reports.say(source, SourceReport.Phase.TROUBLED, "PROBLEM: " + e.getMessage());
        }
    }

    void remove(String id) {
        sources.remove(id);
    }

    private void run() {
        try {
            while (!stopping.isStopped()) {
                try {
                    read();
                } catch (KafkaException | CompletionException | BucketNotifications.UndecidedException e) {
                    log.warn("Events of objects wait: {}", e.toString());
                } catch (RuntimeException e) {
                    log.error("Events of objects broke off and are read again", e);
                }
                stopping.pause(PAUSE);
            }
        } catch (Stopping.StoppedException e) {
            log.debug("Events of objects are not told any more");
        }
    }

    private void read() {
        try (var consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        GROUP,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                        10_000),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.subscribe(Set.of(Topics.OBJECT_EVENTS.topic()));
            while (!stopping.isStopped()) {
                var told = new ArrayList<CompletableFuture<?>>();
                var records = consumer.poll(POLL);
                for (var received : records) {
                    tell(received, told);
                }
                told.forEach(CompletableFuture::join);
                if (!records.isEmpty()) {
                    consumer.commitSync();
                }
            }
        }
    }

    private void tell(ConsumerRecord<String, byte[]> received, List<CompletableFuture<?>> told) {
        CloudEvent event;
        JsonNode document;
        try {
            event = CloudEvent.from(received);
            document = Json.mapper().readTree(event.data());
        } catch (IllegalArgumentException | JacksonException e) {
            log.error("Skipped an event of an object at offset {} that could not be read", received.offset(), e);
            return;
        }
        String account = event.extensions().getOrDefault("account", "");
        if (event.extensions().containsKey(BucketNotifications.FUNCTION)) {
            told.add(notifications.tell(event, document));
        }
        for (var interested : sources.values()) {
            var source = interested.source();
            if (source.accountId().equals(account)
                    && source.bucket().equals(event.subject())
                    && !event.time().isBefore(source.since())
                    && interested
                            .filter()
                            .passes(Json.text(document.path("Records").path(0)))) {
                told.add(tell(source, event, document));
            }
        }
    }

    private CompletableFuture<?> tell(EventSource.Bucket source, CloudEvent event, JsonNode document) {
        byte[] seed = (source.id() + ":" + event.id()).getBytes(StandardCharsets.UTF_8);
        String requestId = UUID.nameUUIDFromBytes(seed).toString();
        JsonNode named = BucketNotifications.named(document, source.id());
        var trace = TraceHeader.of(event.extensions().get(BucketNotifications.TRACE));
        return calls.accept(requestId, source.accountId(), source.function(), trace, Json.bytes(named))
                .thenAccept(exists -> {
                    if (exists) {
                        metrics.delivered(source.id(), 1);
                        reports.say(source, SourceReport.Phase.READING, "OK");
                    } else {
                        reports.say(source, SourceReport.Phase.FUNCTION_GONE, "PROBLEM: The function does not exist");
                    }
                });
    }

    @Override
    public void close() {
        stopping.stop();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
