package dev.mayfly.invoker;

import static dev.mayfly.invoker.InvokerUnderTest.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.hosting.StreamedAnswer;
import dev.mayfly.contracts.traces.InvocationTrace;
import dev.mayfly.testing.TestKafka;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Invocations that fail, find no room or are streamed: what their callers and their traces are told. */
class InvokeEndsTest {
    private static final byte[] ERROR = "{\"errorType\":\"E\"}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PIECE = "piece".getBytes(StandardCharsets.UTF_8);
    private static final Map<String, InvocationTrace> TRACES = new ConcurrentHashMap<>();
    private static InvokerUnderTest invoker;
    private static TopicTail traces;

    @BeforeAll
    static void start() throws Exception {
        invoker = new InvokerUnderTest(
                "--mayfly.invoker.dispatch.room-wait=1s",
                "--mayfly.invoker.dispatch.account-concurrency=20",
                "--mayfly.invoker.queue.group=invoke-ends-test");
        invoker.register("hello");
        traces = new TopicTail(
                TestKafka.bootstrapServers(), Topics.INVOCATION_TRACES, TopicTail.From.BEGINNING, received -> {
                    var trace = Json.read(CloudEvent.from(received).data(), InvocationTrace.class);
                    TRACES.put(trace.requestId(), trace);
                });
    }

    @AfterAll
    static void stop() {
        traces.close();
        invoker.close();
    }

    private static InvocationTrace trace(InvokerUnderTest.Call call) {
        await().atMost(Duration.ofSeconds(30)).until(() -> TRACES.containsKey(call.requestId()));
        return TRACES.get(call.requestId());
    }

    @Test
    void functionErrorsAreMarked() throws Exception {
        invoker.register("throws");
        for (Status status : List.of(Status.FUNCTION_ERROR, Status.TIMEOUT)) {
            invoker.host.when(
                    "throws", (order, event, exchange) -> StubHost.answer(exchange, StubHost.outcome(status), event));
            var response =
                    invoker.call("throws").body("{\"errorMessage\":\"x\"}").send();
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("X-Amz-Function-Error")).hasValue("Unhandled");
            assertThat(response.body()).isEqualTo("{\"errorMessage\":\"x\"}");
        }
    }

    @Test
    void failuresOfThePlatformAreServiceExceptionsAndRunNothingTwice() throws Exception {
        invoker.register("broken");
        invoker.host.when(
                "broken",
                (order, event, exchange) -> StubHost.answer(exchange, StubHost.outcome(Status.PLATFORM_ERROR), event));
        assertError(invoker.call("broken").send(), 500, "ServiceException", "The platform failed");
        invoker.host.when("broken", (order, event, exchange) -> {
            StubHost.head(exchange, StubHost.outcome(Status.SUCCESS), 100);
            exchange.getResponseBody().write(event);
        });
        assertError(invoker.call("broken").send(), 500, "ServiceException", "The platform failed");
        invoker.host.when("broken", (order, event, exchange) -> exchange.close());
        assertError(invoker.call("broken").send(), 500, "ServiceException", "The platform failed");
        assertThat(invoker.host.runsOf("broken")).hasSize(3);
        invoker.host.when("broken", (order, event, exchange) -> StubHost.problem(exchange, 503, "no runc"));
        assertError(invoker.call("broken").send(), 503, "ServiceException", "no runc");
        invoker.host.when("broken", (order, event, exchange) -> StubHost.problem(exchange, 404, "gone"));
        assertError(invoker.call("broken").send(), 404, "ResourceNotFoundException", "Function not found");
        assertThat(invoker.call("hello").send().statusCode()).isEqualTo(200);
    }

    @Test
    void aLargeAnswerThatBreaksOffEndsTheConnection() throws Exception {
        invoker.register("breaks-late");
        invoker.host.when("breaks-late", (order, event, exchange) -> {
            StubHost.head(exchange, StubHost.outcome(Status.SUCCESS), 3 << 20);
            exchange.getResponseBody().write(new byte[2 << 20]);
        });
        assertThatThrownBy(() -> invoker.call("breaks-late").send()).isInstanceOf(IOException.class);
        assertThat(invoker.call("hello").send().statusCode()).isEqualTo(200);
    }

    @Test
    void withoutRoomItWaitsThenSaysSo() throws Exception {
        invoker.register("crowded");
        var asked = new AtomicInteger();
        invoker.host.when("crowded", (order, event, exchange) -> {
            if (asked.incrementAndGet() <= 2) {
                StubHost.problem(exchange, 429, "full");
            } else {
                StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
            }
        });
        assertThat(invoker.call("crowded").send().statusCode()).isEqualTo(200);
        invoker.host.when("crowded", (order, event, exchange) -> StubHost.problem(exchange, 429, "full"));
        var refused = invoker.call("crowded").send();
        assertError(refused, 429, "TooManyRequestsException", "No sandbox host had room for 128 MB");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
    }

    @Test
    void anAccountRunsNoMoreThanItsLimit() throws Exception {
        invoker.register("slow");
        var release = new CountDownLatch(1);
        invoker.host.when("slow", (order, event, exchange) -> {
            assertThat(release.await(30, TimeUnit.SECONDS)).isTrue();
            StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> held = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                held.add(threads.submit(() -> invoker.call("slow").send().statusCode()));
            }
            await().until(() -> invoker.host.runsOf("slow").size() == 20);
            var refused = invoker.call("hello").send();
            assertError(refused, 429, "TooManyRequestsException", "Rate Exceeded.");
            assertThat(refused.body()).contains("\"Reason\":\"ConcurrentInvocationLimitExceeded\"");
            release.countDown();
            for (var one : held) {
                assertThat(one.get()).isEqualTo(200);
            }
        }
        assertThat(invoker.call("hello").send().statusCode()).isEqualTo(200);
    }

    @Test
    void aStreamedInvocationIsTracedAsItEnded() throws Exception {
        invoker.register("streams");
        for (Status status : List.of(Status.SUCCESS, Status.FUNCTION_ERROR, Status.TIMEOUT)) {
            invoker.host.when("streams", (order, event, exchange) -> {
                assertThat(order.stream()).isTrue();
                var parts = StubHost.stream(exchange);
                StubHost.part(parts, StreamedAnswer.PIECE, PIECE);
                if (status != Status.SUCCESS) {
                    StubHost.part(parts, StreamedAnswer.ERROR, ERROR);
                }
                StubHost.part(parts, StreamedAnswer.OUTCOME, Json.bytes(StubHost.streamed(status)));
            });
            var call = invoker.streamed("streams");
            var response = call.send();
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("PayloadChunk", "piece", "InvokeComplete");
            assertThat(response.body().contains("Unhandled")).isEqualTo(status != Status.SUCCESS);
            assertThat(response.headers().firstValue("Server-Timing").orElse(""))
                    .containsPattern("queue;dur=[0-9.]+, placement;dur=[0-9.]+, fetch;dur=[0-9.]+, "
                            + "start;desc=cold;dur=[0-9.]+, init;dur=[0-9.]+$");
            var trace = trace(call);
            assertThat(trace.status()).isEqualTo(status);
            assertThat(trace.start()).isEqualTo(Start.COLD);
            assertThat(trace.billedMillis()).isEqualTo(7);
            assertThat(trace.sandbox()).isEqualTo("sandbox-1");
            assertThat(trace.errorType()).isNull();
            assertThat(trace.host()).isEqualTo(invoker.host.url().getAuthority());
        }
    }

    @Test
    void aStreamedAnswerThatBreaksOffIsThePlatformsFailure() throws Exception {
        invoker.register("breaks-stream");
        invoker.host.when("breaks-stream", (order, event, exchange) -> {
            StubHost.part(StubHost.stream(exchange), StreamedAnswer.PIECE, PIECE);
            exchange.close();
        });
        var call = invoker.streamed("breaks-stream");
        assertThatThrownBy(call::send).isInstanceOf(IOException.class);
        var trace = trace(call);
        assertThat(trace.status()).isEqualTo(Status.PLATFORM_ERROR);
        assertThat(trace.errorType()).isEqualTo("Broken");
        assertThat(trace.start()).isEqualTo(Start.COLD);
    }

    @Test
    void whenTheReaderOfAStreamHasGoneItsEndIsStillKnown() throws Exception {
        invoker.register("unread");
        var gone = new CountDownLatch(1);
        invoker.host.when("unread", (order, event, exchange) -> {
            var parts = StubHost.stream(exchange);
            StubHost.part(parts, StreamedAnswer.PIECE, PIECE);
            assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 20; i++) {
                StubHost.part(parts, StreamedAnswer.PIECE, new byte[1 << 20]);
            }
            StubHost.part(parts, StreamedAnswer.OUTCOME, Json.bytes(StubHost.streamed(Status.TIMEOUT)));
        });
        var call = invoker.streamed("unread");
        try (var body = call.send(BodyHandlers.ofInputStream()).body()) {
            assertThat(body.read()).isNotNegative();
        }
        gone.countDown();
        assertThat(trace(call).status()).isEqualTo(Status.TIMEOUT);
        assertThat(trace(call).billedMillis()).isEqualTo(7);
    }
}
