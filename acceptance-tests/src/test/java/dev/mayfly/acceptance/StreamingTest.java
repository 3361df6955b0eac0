package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamCompleteEvent;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/** Streamed answers, from functions in sandboxes to the AWS SDK. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamingTest {
    private static final String SOURCE = """
            let ended = 0;
            exports.handler = awslambda.streamifyResponse(async (event, stream) => {
              if (event.http) {
                stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
              }
              stream.write('first');
              if (event.wait) await new Promise((resolve) => setTimeout(resolve, event.wait));
              if (event.fail) throw new TypeError('midway');
              for (let i = 0; i < (event.megabytes || 0); i++) {
                if (!stream.write(Buffer.alloc(1 << 20, 'x'))) await new Promise((next) => stream.once('drain', next));
              }
              stream.end(JSON.stringify({ at: Date.now(), ended: ended++ }));
            });
            """;

    private LambdaClient lambda;
    private LambdaAsyncClient streaming;
    private String name;

    private static final class Received {
        final List<Long> at = new ArrayList<>();
        final AtomicLong bytes = new AtomicLong();
        final CompletableFuture<Void> first = new CompletableFuture<>();
        final StringBuilder text = new StringBuilder();
        InvokeWithResponseStreamCompleteEvent complete;
        InvokeWithResponseStreamResponse response;
        CompletableFuture<Void> done;
    }

    @BeforeAll
    void start() {
        lambda = RunningSuite.get().lambda();
        streaming = RunningSuite.get().lambdaAsync();
        name = FunctionFixtures.deploy(
                lambda,
                FunctionFixtures.nodeSource(FunctionFixtures.uniqueName("streaming"), SOURCE)
                        .timeout(60));
    }

    @AfterAll
    void close() {
        streaming.close();
        lambda.close();
    }

    private Received begin(String function, String event) {
        var received = new Received();
        var visitor = InvokeWithResponseStreamResponseHandler.Visitor.builder()
                .onPayloadChunk(chunk -> {
                    received.at.add(System.currentTimeMillis());
                    byte[] bytes = chunk.payload().asByteArray();
                    received.bytes.addAndGet(bytes.length);
                    if (bytes.length < 10_000) {
                        received.text.append(new String(bytes, StandardCharsets.UTF_8));
                    }
                    received.first.complete(null);
                })
                .onInvokeComplete(complete -> received.complete = complete)
                .build();
        received.done = streaming.invokeWithResponseStream(
                request -> request.functionName(function).logType(LogType.TAIL).payload(SdkBytes.fromUtf8String(event)),
                InvokeWithResponseStreamResponseHandler.builder()
                        .onResponse(response -> received.response = response)
                        .subscriber(visitor)
                        .build());
        return received;
    }

    private Received stream(String event) throws Exception {
        Received received = begin(name, event);
        received.done.get(2, TimeUnit.MINUTES);
        return received;
    }

    @Test
    void chunksArriveBeforeTheFunctionEnds() throws Exception {
        Received received = stream("{\"wait\":3000}");
        assertThat(received.text).startsWith("first{\"at\":");
        long ended = Long.parseLong(received.text.toString().replaceAll(".*\"at\":(\\d+).*", "$1"));
        assertThat(received.at.getFirst()).isLessThan(ended);
        assertThat(received.complete.errorCode()).isNull();
        assertThat(new String(
                        java.util.Base64.getDecoder().decode(received.complete.logResult()), StandardCharsets.UTF_8))
                .contains("REPORT RequestId: ");
    }

    @Test
    void anErrorMidwayFollowsWhatWasWritten() throws Exception {
        Received received = stream("{\"fail\":true}");
        assertThat(received.text.toString()).isEqualTo("first");
        assertThat(received.complete.errorCode()).isEqualTo("Unhandled");
        assertThat(received.complete.errorDetails()).contains("TypeError", "midway");
        assertThat(received.response
                        .sdkHttpResponse()
                        .firstMatchingHeader("Server-Timing")
                        .orElseThrow())
                .contains("queue;dur=", "placement;dur=", "start;desc=", "init;dur=");
        String target =
                "/v1/invocations/" + received.response.responseMetadata().requestId();
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var trace = RunningSuite.get().get(target, "application/json");
            assertThat(trace.body())
                    .contains("\"status\":\"function-error\"", "\"sandbox\":\"", "\"start\":\"")
                    .doesNotContain("\"billedMs\":0,");
        });
    }

    @Test
    void anHttpPreludeComesFirst() throws Exception {
        assertThat(stream("{\"http\":true}").text).startsWith("{\"statusCode\":201}" + "\0".repeat(8) + "first");
    }

    @Test
    void aClientThatHangsUpDoesNotEndTheFunction() throws Exception {
        int before = ended();
        Received received = begin(name, "{\"wait\":1500}");
        received.first.get(1, TimeUnit.MINUTES);
        received.done.cancel(true);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> ended() > before + 1);
    }

    /** How many streams the sandbox that answers had ended before this one. */
    private int ended() {
        String whole = lambda.invoke(request -> request.functionName(name).payload(SdkBytes.fromUtf8String("{}")))
                .payload()
                .asUtf8String();
        return Integer.parseInt(whole.replaceAll(".*\"ended\":(\\d+).*", "$1"));
    }

    @Test
    void aLargeAnswerPasses() throws Exception {
        assertThat(stream("{\"megabytes\":64}").bytes.get()).isGreaterThan(64L << 20);
    }

    @Test
    void aFunctionThatDoesNotStreamIsOneChunk() throws Exception {
        String whole = FunctionFixtures.deploy(
                lambda,
                FunctionFixtures.nodeSource(
                        FunctionFixtures.uniqueName("whole"), "exports.handler = async (event) => event;"));
        Received received = begin(whole, "{\"a\":1}");
        received.done.get(1, TimeUnit.MINUTES);
        assertThat(received.text.toString()).isEqualTo("{\"a\":1}");
        assertThat(received.at).hasSize(1);
    }

    @Test
    void errorsBeforeTheFirstByteAreErrors() {
        assertThatThrownBy(() -> begin("no-such-function", "{}").done.get(1, TimeUnit.MINUTES))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ResourceNotFoundException.class);
    }
}
