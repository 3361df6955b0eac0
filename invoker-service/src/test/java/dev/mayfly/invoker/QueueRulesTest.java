package dev.mayfly.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.queue.QueueChange;
import dev.mayfly.contracts.queue.QueueOrder;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.contracts.traces.InvocationTrace;
import dev.mayfly.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What functions' rules and people's orders make of asynchronous invocations. */
class QueueRulesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String ACCOUNT = InvokerUnderTest.ACCOUNT;
    private static final List<QueueChange> CHANGES = new CopyOnWriteArrayList<>();
    private static final List<CloudEvent> DEAD = new CopyOnWriteArrayList<>();
    private static final List<InvocationTrace> TRACES = new CopyOnWriteArrayList<>();
    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static InvokerUnderTest invoker;
    private static TopicTail changes;
    private static TopicTail dead;
    private static TopicTail traces;

    @BeforeAll
    static void start() throws Exception {
        invoker = new InvokerUnderTest(
                "--mayfly.invoker.queue.group=rules-test",
                "--mayfly.invoker.queue.retry-delays=100ms,200ms",
                "--mayfly.invoker.queue.back-off=100ms,200ms",
                "--mayfly.invoker.queue.max-in-flight=200",
                "--mayfly.invoker.queue.sign-of-life=200ms");
        changes = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.INVOCATION_CHANGES,
                TopicTail.From.BEGINNING,
                received -> CHANGES.addAll(Json.read(CloudEvent.from(received).data(), QueueChange.Batch.class)
                        .changes()));
        dead = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.DEAD_INVOCATIONS,
                TopicTail.From.BEGINNING,
                received -> DEAD.add(CloudEvent.from(received)));
        traces = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.INVOCATION_TRACES,
                TopicTail.From.BEGINNING,
                received -> TRACES.add(Json.read(CloudEvent.from(received).data(), InvocationTrace.class)));
    }

    @AfterAll
    static void stop() {
        changes.close();
        dead.close();
        traces.close();
        invoker.close();
    }

    private static void rule(String function, int retries, @Nullable String onSuccess, @Nullable String onFailure) {
        rule(function, retries, onSuccess, onFailure, null, null);
    }

    private static void rule(
            String function,
            int retries,
            @Nullable String onSuccess,
            @Nullable String onFailure,
            @Nullable Integer reserved,
            @Nullable String recursiveLoop) {
        invoker.register(function);
        var none = InvocationRules.none(ACCOUNT, function);
        invoker.publish(new InvocationRules(
                ACCOUNT,
                function,
                UUID.randomUUID().toString(),
                null,
                none.aliases(),
                reserved,
                none.provisioned(),
                List.of(new InvocationRules.Asynchronous("$LATEST", null, retries, onSuccess, onFailure)),
                none.grants(),
                recursiveLoop));
    }

    private static void fails(String function) {
        invoker.host.when(
                function,
                (order, event, exchange) -> StubHost.answer(
                        exchange,
                        StubHost.outcome(Status.FUNCTION_ERROR),
                        "{\"errorType\":\"E\",\"errorMessage\":\"no\"}".getBytes(StandardCharsets.UTF_8)));
    }

    private static String accept(String function, String body) throws Exception {
        var call = invoker.call(function).event().body(body);
        assertThat(call.send().statusCode()).isEqualTo(202);
        return call.requestId();
    }

    private static void awaitChange(String requestId, QueueChange.Kind kind) {
        await().atMost(LIMIT)
                .until(() -> CHANGES.stream()
                        .anyMatch(change -> change.requestId().equals(requestId) && change.kind() == kind));
    }

    private static List<ConsumerRecord<String, byte[]>> topic(String name) {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", TestKafka.bootstrapServers()),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            await().atMost(LIMIT).until(() -> !consumer.partitionsFor(name).isEmpty());
            var partitions = consumer.partitionsFor(name).stream()
                    .map(partition -> new TopicPartition(name, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var found = new CopyOnWriteArrayList<ConsumerRecord<String, byte[]>>();
            await().atMost(LIMIT).untilAsserted(() -> {
                consumer.poll(Duration.ofMillis(300)).forEach(found::add);
                assertThat(found).as("%s has; dead are %s", name, DEAD).isNotEmpty();
            });
            return found;
        }
    }

    @Test
    void destinationsGetTheRecordsThatAwsDocuments() throws Exception {
        invoker.register("told");
        rule("succeeds", 2, "arn:aws:lambda:us-east-1:" + ACCOUNT + ":function:told", null);
        rule("breaks", 1, null, "arn:aws:kafka:eu-west-1:" + ACCOUNT + ":topic/any/1-2/" + ACCOUNT + ".failures");
        fails("breaks");

        String good = accept("succeeds", "{\"n\":1}");
        await().atMost(LIMIT).until(() -> invoker.host.runsOf("told").size() == 1);
        JsonNode success = JsonMapper.shared()
                .readTree(invoker.host.runsOf("told").getFirst().event());
        assertThat(success.path("requestContext").path("requestId").asString()).isEqualTo(good);
        assertThat(success.path("requestContext").path("condition").asString()).isEqualTo("Success");
        assertThat(success.path("requestContext").path("approximateInvokeCount").asInt())
                .isEqualTo(1);
        assertThat(success.path("requestPayload").path("n").asInt()).isEqualTo(1);
        assertThat(success.path("responsePayload").path("n").asInt()).isEqualTo(1);
        assertThat(success.path("responseContext").has("functionError")).isFalse();
        awaitChange(good, QueueChange.Kind.SUCCEEDED);

        String bad = accept("breaks", "[7]");
        var told = topic(ACCOUNT + ".failures").getFirst();
        JsonNode failure = JsonMapper.shared().readTree(told.value());
        assertThat(told.key()).isEqualTo(bad);
        assertThat(failure.path("version").asString()).isEqualTo("1.0");
        assertThat(failure.path("requestContext").path("condition").asString()).isEqualTo("RetriesExhausted");
        assertThat(failure.path("requestContext").path("approximateInvokeCount").asInt())
                .isEqualTo(2);
        assertThat(failure.path("requestContext").path("functionArn").asString())
                .endsWith(":breaks:$LATEST");
        assertThat(failure.path("responseContext").path("functionError").asString())
                .isEqualTo("Unhandled");
        assertThat(failure.path("responsePayload").path("errorMessage").asString())
                .isEqualTo("no");
        assertThat(invoker.host.runsOf("breaks"))
                .extracting(run -> run.order().attempt())
                .containsExactly(1, 2);
    }

    /** Two functions that are each other's destination; one of them is stopped, and what stops it is told. */
    @Test
    void aLoopOfDestinationsAndAStoppedFunctionsEventsAreGivenUp() throws Exception {
        String arn = "arn:aws:lambda:us-east-1:" + ACCOUNT + ":function:";
        for (String name : List.of("ping", "pong", "own")) {
            invoker.host.when(
                    name,
                    (order, event, exchange) ->
                            StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), new byte[] {'1'}));
        }
        var ping = invoker.withDeadLetters("ping", "kafka://" + ACCOUNT + ".loops-dead");
        rule("ping", 2, arn + "pong", "kafka://" + ACCOUNT + ".loops", null, null);
        rule("pong", 2, arn + "ping", null, null, "Allow");
        invoker.register(ping);
        invoker.publish(ping);
        var call = invoker.call("ping").event().header("traceparent", TRACEPARENT);
        assertThat(call.send().statusCode()).isEqualTo(202);

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(invoker.host.runsOf("pong")).hasSize(16));
        var told = topic(ACCOUNT + ".loops").getFirst();
        JsonNode record = JsonMapper.shared().readTree(told.value());
        assertThat(record.path("requestContext").path("condition").asString())
                .isEqualTo("RecursiveInvocationException");
        assertThat(record.path("requestContext").path("approximateInvokeCount").asInt())
                .isZero();
        assertThat(record.has("responseContext")).isFalse();
        assertThat(invoker.host.runsOf("ping")).hasSize(16);
        assertThat(invoker.host.runsOf("pong").getLast().order().traceId())
                .matches(
                        "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1;Lineage=\\S+:15\\|\\S+:15");
        var letter = topic(ACCOUNT + ".loops-dead").getFirst();
        assertThat(header(letter, "ErrorCode")).isEqualTo("400");
        assertThat(header(letter, "RequestID")).isEqualTo(told.key());
        await().atMost(LIMIT)
                .until(() -> TRACES.stream()
                        .anyMatch(trace ->
                                trace.requestId().equals(call.requestId()) && TRACEPARENT.equals(trace.traceparent())));

        rule("stopped", 2, null, "kafka://" + ACCOUNT + ".stopped", 0, null);
        accept("stopped", "{}");
        assertThat(new String(topic(ACCOUNT + ".stopped").getFirst().value(), StandardCharsets.UTF_8))
                .contains("\"condition\":\"ZeroReservedConcurrency\"");
        assertThat(invoker.host.runsOf("stopped")).isEmpty();

        rule("own", 2, arn + "own", null, null, "Allow");
        accept("own", "{}");
        await().atMost(LIMIT).until(() -> invoker.host.runsOf("own").size() > 30);
        rule("own", 2, null, null, null, "Allow");
    }

    @Test
    void aDeadLetterTargetGetsTheEventAndWhyItDied() throws Exception {
        var function = invoker.withDeadLetters("dies", "kafka://" + ACCOUNT + ".dead");
        rule("dies", 0, null, null);
        invoker.register(function);
        invoker.publish(function);
        String message = "\u00e4".repeat(600);
        invoker.host.when(
                "dies",
                (order, event, exchange) -> StubHost.answer(
                        exchange,
                        StubHost.outcome(Status.FUNCTION_ERROR),
                        ("{\"errorType\":\"E\",\"errorMessage\":\"" + message + "\"}")
                                .getBytes(StandardCharsets.UTF_8)));
        String id = accept("dies", "{\"what\": [1, 2]}");
        var letter = topic(ACCOUNT + ".dead").getFirst();
        assertThat(new String(letter.value(), StandardCharsets.UTF_8)).isEqualTo("{\"what\": [1, 2]}");
        assertThat(header(letter, "RequestID")).isEqualTo(id);
        assertThat(header(letter, "ErrorCode")).isEqualTo("200");
        assertThat(header(letter, "ErrorMessage")).isEqualTo(message.substring(0, 512));
    }

    private static String header(ConsumerRecord<String, byte[]> told, String name) {
        return new String(told.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void nobodyWritesAForeignTopicAndNothingIsLostInSilence() throws Exception {
        rule("sly", 0, "kafka://identity.access-keys", null);
        String id = accept("sly", "{}");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(DEAD)
                        .filteredOn(event -> id.equals(event.extensions().get("about")))
                        .singleElement()
                        .satisfies(event ->
                                assertThat(event.extensions()).containsEntry("reason", "DestinationUndeliverable")));
    }

    @Test
    void aPausedFunctionsEventsWaitUntilItIsResumed() throws Exception {
        invoker.register("rests");
        var pause = new QueueOrder.Pause(ACCOUNT, "rests", null, Instant.now());
        order(pause);
        await().atMost(LIMIT).until(() -> {
            String probe = accept("rests", "0");
            await().atMost(LIMIT)
                    .until(() -> CHANGES.stream()
                            .anyMatch(change -> change.requestId().equals(probe)));
            return CHANGES.stream()
                    .anyMatch(change -> change.requestId().equals(probe) && change.kind() == QueueChange.Kind.PARKED);
        });
        int before = invoker.host.runsOf("rests").size();
        String id = accept("rests", "1");
        awaitChange(id, QueueChange.Kind.PARKED);
        String cancelled = accept("rests", "2");
        awaitChange(cancelled, QueueChange.Kind.PARKED);
        order(new QueueOrder.Cancel(ACCOUNT, cancelled, Instant.now()));
        assertThat(invoker.host.runsOf("rests")).hasSize(before);

        invoker.publisher.publishTombstone(Topics.QUEUE_ORDERS, pause.key()).join();
        awaitChange(id, QueueChange.Kind.SUCCEEDED);
        awaitChange(cancelled, QueueChange.Kind.CANCELLED);
        assertThat(invoker.host.runsOf("rests")).extracting(StubHost.Run::event).doesNotContain("2");
    }

    private static void order(QueueOrder order) {
        invoker.publisher
                .publish(Topics.QUEUE_ORDERS, order.key(), CloudEvent.of("id", "/test", "order", null, order))
                .join();
    }

    @Test
    void anEventThatEndedIsNotRunAgain() throws Exception {
        invoker.register("once");
        String id = accept("once", "{}");
        awaitChange(id, QueueChange.Kind.SUCCEEDED);
        var copy = QueuedEvent.accepted(
                id, ACCOUNT, "once", "$LATEST", "arn", null, null, null, Instant.now(), new byte[] {'1'});
        invoker.publisher
                .publish(Topics.INVOCATIONS, copy.functionKey(), copy.toCloudEvent())
                .join();
        String last = accept("once", "{}");
        awaitChange(last, QueueChange.Kind.SUCCEEDED);
        assertThat(invoker.host.runsOf("once"))
                .filteredOn(run -> run.order().requestId().equals(id))
                .hasSize(1);
    }

    /** 400 that sleep would fill the 200 places; what they do not get is kept for others, and all of them are run. */
    @Test
    void oneThatSleepsAndOneThatFailsTakeNotAllThereIs() throws Exception {
        for (String name : List.of("sleeper", "awake", "failing")) {
            invoker.register(name);
            invoker.publish(invoker.function(name, "Active"));
        }
        fails("failing");
        var wake = new CountDownLatch(1);
        invoker.host.when("sleeper", (order, event, exchange) -> {
            assertThat(wake.await(60, TimeUnit.SECONDS)).isTrue();
            StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
        });
        for (int n = 0; n < 400; n++) {
            accept("sleeper", "{}");
            if (n % 4 == 0) {
                accept("failing", "{}");
            }
        }
        await().atMost(LIMIT).until(() -> invoker.host.runsOf("sleeper").size() >= 50);
        for (int n = 0; n < 20; n++) {
            String id = accept("awake", "{}");
            awaitChange(id, QueueChange.Kind.SUCCEEDED);
        }
        assertThat(wake.getCount()).isEqualTo(1);
        assertThat(invoker.host.runsOf("sleeper").size()).isLessThan(200);
        wake.countDown();
        await().atMost(LIMIT).until(() -> invoker.host.runsOf("sleeper").size() == 400);
    }
}
