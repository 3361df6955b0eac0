package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.ResponseStream;
import dev.mayfly.sandbox.api.Sandbox;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Answers that are handed on while the function writes them. */
public abstract class StreamingContract extends SandboxContract {
    private static final class Taken implements ResponseStream {
        private final CountDownLatch go;
        private final CountDownLatch first = new CountDownLatch(1);
        private volatile String contentType = "";
        private volatile long bytes;

        Taken(CountDownLatch go) {
            this.go = go;
        }

        Taken() {
            this(new CountDownLatch(0));
        }

        @Override
        public void begin(String type) {
            contentType = type;
        }

        @Override
        public void write(ByteBuffer piece) {
            bytes += piece.remaining();
            first.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static InvocationRequest streamed(String event, Duration timeout, ResponseStream stream) {
        return new InvocationRequest(
                UUID.randomUUID().toString(), event.getBytes(StandardCharsets.UTF_8), timeout, ARN, null, null, stream);
    }

    private static InvocationResult stream(Sandbox sandbox, String event, Taken taken) throws InterruptedException {
        return sandbox.invoke(streamed(event, Duration.ofSeconds(20), taken));
    }

    @Test
    void piecesComeWhileTheFunctionWritesAndItWaitsForTheirReader() throws Exception {
        Sandbox sandbox = shared(Behaviour.STREAM);
        var go = new CountDownLatch(1);
        var taken = new Taken(go);
        CompletableFuture<InvocationResult> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(stream(sandbox, "{\"pieces\":256,\"size\":65536}", taken));
            } catch (InterruptedException e) {
                result.completeExceptionally(e);
            }
        });
        assertThat(taken.first.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(taken.contentType).isEqualTo("text/x-pieces");
        assertThat(result).isNotDone();
        assertThat(taken.bytes).isLessThan(1 << 20);
        go.countDown();
        assertThat(result.get(20, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        InvocationResult.Success.class,
                        success -> assertThat(success.payload()).isEmpty());
        assertThat(taken.bytes).isEqualTo(256 * 65_536);
    }

    @Test
    void anErrorInTheMiddleEndsTheAnswerAndNotTheSandbox() throws Exception {
        Sandbox sandbox = shared(Behaviour.STREAM);
        var taken = new Taken();
        InvocationResult result = stream(sandbox, "{\"pieces\":3,\"size\":10,\"fail\":true}", taken);
        assertThat(error(result).get("errorMessage").asString()).isEqualTo("boom");
        assertThat(taken.bytes).isEqualTo(30);
        assertThat(stream(sandbox, "{\"pieces\":1,\"size\":10}", new Taken()))
                .isInstanceOf(InvocationResult.Success.class);
    }

    @Test
    void withoutAReaderTheAnswerIsWholeUpToSixMegabytes() throws Exception {
        Sandbox sandbox = shared(Behaviour.STREAM);
        assertThat(invoke(sandbox, "{\"pieces\":3,\"size\":1000}"))
                .isInstanceOfSatisfying(
                        InvocationResult.Success.class,
                        success -> assertThat(success.payload()).hasSize(3000));
        assertThat(error(invoke(sandbox, "{\"pieces\":100,\"size\":100000}"))
                        .get("errorType")
                        .asString())
                .isEqualTo("Function.ResponseSizeTooLarge");
        assertNextSandboxWorks();
    }

    @Test
    void aFunctionThatAnswersWholeStreamsNothing() throws Exception {
        var taken = new Taken();
        assertThat(stream(shared(Behaviour.ECHO), "{\"a\":1}", taken))
                .isInstanceOfSatisfying(
                        InvocationResult.Success.class,
                        success -> assertThat(success.payload()).isNotEmpty());
        assertThat(taken.bytes).isZero();
    }

    @Test
    void aStreamWithoutEndRunsIntoALimit() throws Exception {
        Sandbox victim = victim();
        Sandbox sandbox = start(Behaviour.STREAM);
        InvocationResult result =
                sandbox.invoke(streamed("{\"endless\":true,\"size\":65536}", Duration.ofMillis(700), new Taken()));
        assertThat(result).isNotInstanceOf(InvocationResult.Success.class);
        assertUnharmed(victim);
    }
}
