package dev.mayfly.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.scaling.FunctionLoad;
import dev.mayfly.testing.TestKafka;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Asynchronous invocations, from the 202 to their end, over a real share group. */
class EventTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final List<CloudEvent> DEAD = new CopyOnWriteArrayList<>();
    private static final List<FunctionLoad> LOADS = new CopyOnWriteArrayList<>();
    private static InvokerUnderTest invoker;
    private static TopicTail dead;
    private static TopicTail loads;

    @BeforeAll
    static void start() throws Exception {
        invoker = new InvokerUnderTest(
                "--mayfly.invoker.queue.group=event-test",
                "--mayfly.invoker.queue.retry-delays=200ms,400ms",
                "--mayfly.invoker.queue.back-off=100ms,300ms,1s",
                "--mayfly.invoker.queue.owner-silence=3s",
                "--mayfly.invoker.queue.max-age=20s");
        dead = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.DEAD_INVOCATIONS,
                TopicTail.From.BEGINNING,
                received -> DEAD.add(CloudEvent.from(received)));
        loads = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.FUNCTION_LOAD,
                TopicTail.From.BEGINNING,
                received -> LOADS.add(Json.read(received.value(), FunctionLoad.class)));
    }

    @AfterAll
    static void stop() {
        dead.close();
        loads.close();
        invoker.close();
    }

    private static String accept(String function, String body) throws Exception {
        var call = invoker.call(function).event().body(body);
        var response = call.send();
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(response.body()).isEmpty();
        return call.requestId();
    }

    private static List<StubHost.Run> runs(String requestId) {
        return invoker.host.runs.stream()
                .filter(run -> run.order().requestId().equals(requestId))
                .toList();
    }

    @Test
    void whatBecameTooWeakWhileItWaitedWaitsUntilTheMinimumIsMet() throws Exception {
        String account = "444444444444";
        invoker.register(account, "too-weak");
        var full = new AtomicBoolean(true);
        var asked = new AtomicInteger();
        var ran = new AtomicInteger();
        invoker.host.when("too-weak", (order, event, exchange) -> {
            asked.incrementAndGet();
            if (full.get()) {
                StubHost.problem(exchange, 429, "full");
            } else {
                ran.incrementAndGet();
                StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
            }
        });
        assertThat(invoker.call("too-weak").account(account).event().send().statusCode())
                .isEqualTo(202);
        await().atMost(LIMIT).until(() -> asked.get() > 0);
        invoker.minimum(account, Isolation.GVISOR);
        await().atMost(LIMIT)
                .until(() ->
                        invoker.call("too-weak").account(account).event().send().statusCode() == 409);
        var last = new AtomicInteger(-1);
        await().atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> last.getAndSet(asked.get()) == asked.get());
        full.set(false);
        assertThat(ran).hasValue(0);
        invoker.minimum(account, null);
        await().atMost(LIMIT).until(() -> ran.get() == 1);
    }

    @Test
    void anEventIsRunOnceAsAsynchronous() throws Exception {
        invoker.register("greet");
        String id = accept("greet", "{\"n\":1}");
        await().atMost(LIMIT).until(() -> runs(id).size() == 1);
        var run = runs(id).getFirst();
        assertThat(run.event()).isEqualTo("{\"n\":1}");
        assertThat(run.order().async()).isTrue();
        assertThat(run.order().deadline()).isNotNull();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(LOADS)
                        .filteredOn(load -> load.functionKey().contains(":greet:"))
                        .extracting(FunctionLoad::arrivals)
                        .contains(1L, 0L));
        assertThat(runs(id)).hasSize(1);
    }

    @Test
    void aMebibytePasses() throws Exception {
        invoker.register("large");
        String id = accept("large", "\"" + "x".repeat(1_048_574) + "\"");
        await().atMost(LIMIT).until(() -> runs(id).size() == 1);
        assertThat(runs(id).getFirst().event()).hasSize(1_048_576);
    }

    @Test
    void aFailingFunctionIsRunThreeTimesThenGivenUp() throws Exception {
        invoker.register("fails");
        invoker.host.when(
                "fails",
                (order, event, exchange) -> StubHost.answer(exchange, StubHost.outcome(Status.FUNCTION_ERROR), event));
        String id = accept("fails", "{\"keep\":\"me\"}");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(deadOf(id)).hasSize(1));
        assertThat(runs(id)).extracting(run -> run.order().attempt()).containsExactly(1, 2, 3);
        assertThat(deadOf(id).getFirst().extensions()).containsEntry("reason", "RetriesExhausted");
        assertThat(deadOf(id).getFirst().data()).asString().isEqualTo("{\"keep\":\"me\"}");
    }

    @Test
    void aFunctionThatRecoversIsNotRunAgain() throws Exception {
        invoker.register("recovers");
        invoker.host.when(
                "recovers",
                (order, event, exchange) -> StubHost.answer(
                        exchange, StubHost.outcome(order.attempt() == 1 ? Status.TIMEOUT : Status.SUCCESS), event));
        String id = accept("recovers", "{}");
        await().atMost(LIMIT).until(() -> runs(id).size() == 2);
        await().during(Duration.ofSeconds(2)).until(() -> runs(id).size() == 2);
        assertThat(deadOf(id)).isEmpty();
    }

    @Test
    void failuresOfThePlatformAreTriedAgainAsTheSameAttempt() throws Exception {
        invoker.register("unlucky");
        var asked = new AtomicInteger();
        invoker.host.when("unlucky", (order, event, exchange) -> {
            switch (asked.incrementAndGet()) {
                case 1 -> StubHost.problem(exchange, 503, "not offered");
                case 2 -> StubHost.answer(exchange, StubHost.outcome(Status.PLATFORM_ERROR), event);
                case 3 -> exchange.close();
                default -> StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
            }
        });
        String id = accept("unlucky", "{}");
        await().atMost(LIMIT).until(() -> runs(id).size() == 4);
        assertThat(runs(id)).extracting(run -> run.order().attempt()).containsOnly(1);
    }

    @Test
    void anEventThatIsTooOldIsGivenUp() throws Exception {
        invoker.register("never");
        var none = InvocationRules.none(InvokerUnderTest.ACCOUNT, "never");
        invoker.publish(new InvocationRules(
                InvokerUnderTest.ACCOUNT,
                "never",
                UUID.randomUUID().toString(),
                null,
                none.aliases(),
                null,
                none.provisioned(),
                List.of(new InvocationRules.Asynchronous("$LATEST", 2, null, null, null)),
                none.grants(),
                null));
        invoker.host.when("never", (order, event, exchange) -> StubHost.problem(exchange, 503, "never"));
        String id = accept("never", "{}");
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(deadOf(id))
                        .hasSize(1)
                        .allSatisfy(
                                event -> assertThat(event.extensions()).containsEntry("reason", "EventAgeExceeded")));
    }

    @Test
    void anEventOfADeletedFunctionIsGivenUp() throws Exception {
        invoker.register("leaves");
        invoker.host.when("leaves", (order, event, exchange) -> StubHost.problem(exchange, 404, "gone"));
        String id = accept("leaves", "{}");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(deadOf(id))
                        .hasSize(1)
                        .allSatisfy(
                                event -> assertThat(event.extensions()).containsEntry("reason", "FunctionNotFound")));
    }

    @Test
    void whatIsNoEventIsKeptForPeople() {
        invoker.publisher
                .publish(
                        Topics.INVOCATIONS,
                        "strange",
                        CloudEvent.of("strange-1", "/test", "strange", null, Map.of("x", 1)))
                .join();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(DEAD)
                        .filteredOn(event -> event.id().equals("strange-1"))
                        .hasSize(1)
                        .allSatisfy(event -> assertThat(event.extensions()).containsEntry("reason", "Unreadable")));
    }

    @Test
    void aSleepingFunctionDelaysNoOther() throws Exception {
        invoker.register("sleeps");
        var wake = new CountDownLatch(1);
        invoker.host.when("sleeps", (order, event, exchange) -> {
            assertThat(wake.await(60, TimeUnit.SECONDS)).isTrue();
            StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
        });
        for (int i = 0; i < 150; i++) {
            accept("sleeps", "{}");
        }
        for (int f = 0; f < 20; f++) {
            invoker.register("awake-" + f);
            for (int i = 0; i < 5; i++) {
                accept("awake-" + f, "{\"i\":" + i + "}");
            }
        }
        await().atMost(LIMIT).untilAsserted(() -> {
            for (int f = 0; f < 20; f++) {
                assertThat(invoker.host.runsOf("awake-" + f)).hasSize(5);
            }
        });
        await().atMost(LIMIT).until(() -> invoker.host.runsOf("sleeps").size() == 150);
        wake.countDown();
        await().during(Duration.ofSeconds(2))
                .atMost(LIMIT)
                .until(() -> invoker.host.runsOf("sleeps").size() == 150);
    }

    @Test
    void theLeasesOfADeadInvokerAreTakenOver() {
        invoker.register("orphan");
        String id = UUID.randomUUID().toString();
        var lease = new CloudEvent(
                id + ":1:0",
                "/mayfly/invoker-service",
                "dev.mayfly.function.invocation",
                null,
                Instant.now(),
                Map.of(
                        "requestid", id,
                        "account", InvokerUnderTest.ACCOUNT,
                        "function", "orphan",
                        "qualifier", "$LATEST",
                        "functionarn", "arn:aws:lambda:us-east-1:000000000000:function:orphan",
                        "attempt", "1",
                        "backoffs", "0",
                        "acceptedat", Instant.now().toString(),
                        "owner", "killed-invoker"),
                new byte[] {'1'});
        invoker.publisher
                .publish(Topics.RUNNING_INVOCATIONS, "lease/" + id + ":1:0", lease)
                .join();
        await().atMost(LIMIT).until(() -> runs(id).size() == 1);
        assertThat(runs(id).getFirst().event()).isEqualTo("1");
        await().during(Duration.ofSeconds(5)).atMost(LIMIT).until(() -> runs(id).size() == 1);
    }

    private static List<CloudEvent> deadOf(String requestId) {
        return DEAD.stream()
                .filter(event -> requestId.equals(event.extensions().get("requestid")))
                .toList();
    }
}
