package dev.mayfly.observability.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.queue.QueueChange;
import dev.mayfly.contracts.queue.QueueOrder;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.observability.ObservabilityApplication;
import dev.mayfly.testing.TestKafka;
import dev.mayfly.testing.TestPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The visible queue over real Kafka and PostgreSQL; the test plays the invoker. */
class QueueTest {
    private static final String ACCOUNT = "111111111111";
    private static final String TRUST_KEY = Sealer.newKey();
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Vouching VOUCHING = new Vouching(Sealer.of(TRUST_KEY), Clock.systemUTC());
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Map<String, String> ORDERS = new ConcurrentHashMap<>();
    private static final List<QueuedEvent> QUEUED = new CopyOnWriteArrayList<>();

    private static String database;
    private static ConfigurableApplicationContext service;
    private static EventPublisher publisher;
    private static TopicTail orders;
    private static TopicTail queued;

    @BeforeAll
    static void start() {
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        publisher = new EventPublisher(TestKafka.bootstrapServers());
        database = TestPostgres.url("queue_test");
        service = run();
        orders =
                new TopicTail(TestKafka.bootstrapServers(), Topics.QUEUE_ORDERS, TopicTail.From.BEGINNING, received -> {
                    if (received.value() == null) {
                        ORDERS.remove(received.key());
                    } else {
                        ORDERS.put(
                                received.key(),
                                Json.read(received.value(), QueueOrder.class).key());
                    }
                });
        queued = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.INVOCATIONS,
                TopicTail.From.BEGINNING,
                received -> QUEUED.add(QueuedEvent.from(CloudEvent.from(received))));
    }

    private static ConfigurableApplicationContext run() {
        return SpringApplication.run(
                ObservabilityApplication.class,
                "--server.port=0",
                "--mayfly.trust-key=" + TRUST_KEY,
                "--mayfly.kafka=" + TestKafka.bootstrapServers(),
                "--spring.datasource.url=" + database,
                "--spring.datasource.username=queue_test",
                "--spring.datasource.password=queue_test");
    }

    @AfterAll
    static void stop() {
        orders.close();
        queued.close();
        service.close();
        publisher.close();
    }

    private static HttpResponse<String> send(String method, String path, Role role) throws Exception {
        var voucher = new Voucher(
                "api-gateway",
                ACCOUNT,
                "AKIATEST",
                role,
                null,
                UUID.randomUUID().toString(),
                null,
                null,
                VOUCHING.expiry());
        String port = service.getEnvironment().getRequiredProperty("local.server.port");
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/functions/" + path))
                        .header(Voucher.HEADER, VOUCHING.issue(voucher))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode ask(String method, String path) throws Exception {
        var answer = send(method, path, Role.OWNER);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JsonMapper.shared().readTree(answer.body().isEmpty() ? "{}" : answer.body());
    }

    private static QueuedEvent accept(String function, String qualifier, String payload) {
        var event = QueuedEvent.accepted(
                UUID.randomUUID().toString(),
                ACCOUNT,
                function,
                qualifier,
                "arn:aws:lambda:us-east-1:" + ACCOUNT + ":function:" + function,
                null,
                null,
                null,
                Instant.now(),
                payload.getBytes(StandardCharsets.UTF_8));
        publisher
                .publish(Topics.INVOCATIONS, event.functionKey(), event.toCloudEvent())
                .join();
        return event;
    }

    private static void tell(QueuedEvent event, QueueChange.Kind kind, @Nullable String reason) {
        var batch = new QueueChange.Batch(
                List.of(QueueChange.of(event, kind, Instant.now(), reason, "because\0 of " + kind)));
        publisher
                .publish(
                        Topics.INVOCATION_CHANGES,
                        "invoker",
                        CloudEvent.of("id", "/test", QueueChange.TYPE, null, batch))
                .join();
    }

    private static void die(QueuedEvent event, String reason) {
        publisher
                .publish(
                        Topics.DEAD_INVOCATIONS,
                        event.functionKey(),
                        event.toCloudEvent().with("reason", reason).with("detail", "it failed"))
                .join();
        tell(event, QueueChange.Kind.GIVEN_UP, reason);
    }

    private static void awaitState(String function, QueuedEvent event, String state) {
        await().atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(ask("GET", function + "/queue/events/" + event.requestId())
                                .path("state")
                                .asString())
                        .isEqualTo(state));
    }

    @Test
    void anEventIsSeenFromItsAcceptanceToItsEnd() throws Exception {
        var event = accept("seen", "$LATEST", "{\"n\":1}");
        var other = accept("seen", "live", "2");
        awaitState("seen", event, "waiting");
        awaitState("seen", other, "waiting");
        JsonNode summary = ask("GET", "seen/queue");
        assertThat(summary.path("depth").path("waiting").asInt()).isEqualTo(2);
        assertThat(summary.path("oldestAgeSeconds").asDouble()).isPositive();
        assertThat(ask("GET", "seen:live/queue").path("total").asInt()).isEqualTo(1);

        tell(event, QueueChange.Kind.STARTED, null);
        awaitState("seen", event, "running");
        assertThat(send("DELETE", "seen/queue/events/" + event.requestId(), Role.OWNER)
                        .statusCode())
                .isEqualTo(409);
        var again = event.nextAttempt(Duration.ofMinutes(1), Instant.now());
        tell(again, QueueChange.Kind.DELAYED, "FunctionError");
        awaitState("seen", event, "delayed");
        // News that come late change nothing.
        tell(event, QueueChange.Kind.STARTED, null);
        tell(other, QueueChange.Kind.STARTED, null);
        awaitState("seen", other, "running");
        JsonNode peeked = ask("GET", "seen/queue/events/" + event.requestId());
        assertThat(peeked.path("state").asString()).isEqualTo("delayed");
        assertThat(peeked.path("attempt").asInt()).isEqualTo(2);
        assertThat(peeked.path("payload").path("n").asInt()).isEqualTo(1);
        assertThat(peeked.has("dueAt")).isTrue();

        tell(again, QueueChange.Kind.SUCCEEDED, null);
        awaitState("seen", event, "succeeded");
        assertThat(ask("GET", "seen/queue/events").path("events")).hasSize(1);
        assertThat(ask("GET", "seen/queue/events?state=succeeded&minAge=PT0S").path("events"))
                .hasSize(1);

        service.close();
        service = run();
        awaitState("seen", event, "succeeded");
        assertThat(ask("GET", "seen/queue").path("depth").path("running").asInt())
                .isEqualTo(1);
    }

    @Test
    void listsArePagedAndFiltered() throws Exception {
        QueuedEvent last = accept("paged", "$LATEST", "0");
        for (int n = 1; n < 7; n++) {
            last = accept("paged", "$LATEST", Integer.toString(n));
        }
        awaitState("paged", last, "waiting");
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(ask("GET", "paged/queue").path("total").asInt())
                                .isEqualTo(7));
        int seen = 0;
        String cursor = "";
        do {
            JsonNode page = ask("GET", "paged/queue/events?limit=3" + cursor);
            seen += page.path("events").size();
            cursor = page.has("cursor") ? "&cursor=" + page.path("cursor").asString() : "";
        } while (!cursor.isEmpty());
        assertThat(seen).isEqualTo(7);
        assertThat(ask("GET", "paged/queue/events?requestId=" + last.requestId())
                        .path("events"))
                .hasSize(1);
        assertThat(ask("GET", "paged/queue/events?minAge=PT1H").path("events")).isEmpty();
    }

    @Test
    void ordersReachTheInvokers() throws Exception {
        var event = accept("ordered", "$LATEST", "{}");
        awaitState("ordered", event, "waiting");
        assertThat(ask("POST", "ordered/queue/pause").path("paused").asBoolean())
                .isTrue();
        String pause = QueueOrder.Pause.key(ACCOUNT, "ordered", null);
        await().atMost(LIMIT).until(() -> ORDERS.containsKey(pause));
        ask("POST", "ordered/queue/resume");
        await().atMost(LIMIT).until(() -> !ORDERS.containsKey(pause));
        assertThat(ask("GET", "ordered/queue").path("paused").asBoolean()).isFalse();

        assertThat(send("DELETE", "ordered/queue/events/" + event.requestId(), Role.OWNER)
                        .statusCode())
                .isEqualTo(202);
        await().atMost(LIMIT).until(() -> ORDERS.containsKey(QueueOrder.Cancel.key(event.requestId())));
        awaitState("ordered", event, "cancelled");
        assertThat(ask("GET", "ordered/queue").path("total").asInt()).isZero();
        tell(event, QueueChange.Kind.CANCELLED, null);
        assertThat(send("DELETE", "ordered/queue/events/" + event.requestId(), Role.OWNER)
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void deadLettersAreReplayedOrDropped() throws Exception {
        var first = accept("dies", "$LATEST", "{\"keep\":1}");
        var second = accept("dies", "$LATEST", "2");
        var third = accept("dies", "$LATEST", "3");
        List.of(first, second, third).forEach(event -> die(event, "RetriesExhausted"));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                ask("GET", "dies/queue").path("deadLetters").asInt())
                        .isEqualTo(3));
        awaitState("dies", first, "dead");
        assertThat(ask("GET", "dies/queue/events/" + first.requestId())
                        .path("payload")
                        .path("keep")
                        .asInt())
                .isEqualTo(1);

        String again = ask("POST", "dies/queue/dead-letters/" + first.requestId() + "/replay")
                .path("requestId")
                .asString();
        await().atMost(LIMIT)
                .until(() -> QUEUED.stream().anyMatch(event -> event.requestId().equals(again)));
        ask("DELETE", "dies/queue/dead-letters/" + second.requestId());
        assertThat(ask("POST", "dies/queue/dead-letters/replay?error=Other")
                        .path("replayed")
                        .asInt())
                .isZero();
        assertThat(ask("POST", "dies/queue/dead-letters/replay")
                        .path("replayed")
                        .asInt())
                .isEqualTo(1);
        assertThat(ask("GET", "dies/queue/dead-letters").path("deadLetters")).isEmpty();
        assertThat(ask("DELETE", "dies/queue/dead-letters").path("deleted").asInt())
                .isZero();
    }

    private static String cursor(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void payloadsAreShownHoweverDeep() throws Exception {
        for (int levels : new int[] {500, 501, 1000}) {
            String payload = "[".repeat(levels) + "]".repeat(levels);
            var event = accept("deep", "$LATEST", payload);
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(send("GET", "deep/queue/events/" + event.requestId(), Role.OWNER)
                                    .body())
                            .contains("\"payload\":" + payload));
        }
    }

    @Test
    void whatCannotBeAskedIsRefusedAsAProblem() throws Exception {
        var event = accept("guarded", "$LATEST", "\"secret\"");
        awaitState("guarded", event, "waiting");
        assertThat(send("GET", "guarded/queue", Role.INVOKER).statusCode()).isEqualTo(403);
        assertThat(send("GET", "guarded/queue/events/" + event.requestId(), Role.AUDITOR)
                        .statusCode())
                .isEqualTo(403);
        assertThat(send("POST", "guarded/queue/pause", Role.AUDITOR).statusCode())
                .isEqualTo(403);
        assertThat(send("GET", "nobody/queue", Role.OWNER).statusCode()).isEqualTo(404);
        assertThat(send("GET", "guarded/queue/events/none", Role.OWNER).statusCode())
                .isEqualTo(404);
        for (String bad : List.of(
                "guarded/queue?x=1",
                "guarded/queue/events?limit=0",
                "guarded/queue/events?limit=99999999999999999999",
                "guarded/queue/events?cursor=nonsense",
                "guarded/queue/events?cursor=AA",
                "guarded/queue/events?cursor=" + cursor("+900000000-01-01T00:00:00Z x"),
                "guarded/queue/events?cursor=" + cursor("2026-01-01T00:00:00Z \0"),
                "guarded/queue/events?requestId=%00",
                "guarded/queue/dead-letters?error=%00",
                "guarded/queue/events?state=flying",
                "guarded/queue/events?since=yesterday",
                "guarded/queue/events?since=P99999999999D",
                "guarded/queue/events?since=PT9223372036854775807S",
                "guarded/queue/events?error=",
                "guarded/queue/events?error=%00",
                "guarded:a:b/queue",
                "%24x/queue")) {
            var answer = send("GET", bad, Role.OWNER);
            assertThat(answer.statusCode()).as(bad + " " + answer.body()).isEqualTo(400);
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).isEqualTo("application/problem+json");
        }
    }
}
