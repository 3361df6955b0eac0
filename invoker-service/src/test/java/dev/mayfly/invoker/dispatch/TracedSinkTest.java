package dev.mayfly.invoker.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.hosting.StreamedAnswer.Beginning;
import dev.mayfly.contracts.traces.TimeSplit;
import dev.mayfly.invoker.hosts.AnswerSink;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where the time of a streamed invocation goes. */
class TracedSinkTest {
    private static final FunctionVersion FUNCTION = new FunctionVersion(
            "000000000000",
            "f",
            FunctionVersion.LATEST,
            "1",
            "nodejs20.x",
            "a.b",
            128,
            3,
            512,
            Map.of(),
            "00",
            1,
            Isolation.CONTAINER,
            Network.NONE,
            "Active",
            null,
            Instant.EPOCH);

    private static final class Told implements AnswerSink {
        private final List<TimeSplit> splits = new ArrayList<>();

        @Override
        public void accept(InvocationOutcome outcome, InputStream body, long length) {}

        @Override
        public void split(TimeSplit split) {
            splits.add(split);
        }

        @Override
        public void piece(byte[] content) {}

        @Override
        public void ended(InvocationOutcome outcome, byte[] error) {}
    }

    @Test
    void theLoadAndTheSplitKnowWhatTheHostSays() throws Exception {
        var told = new Told();
        var order = new Order(FUNCTION, "arn", "r", 1, new byte[0], false, "", null, null, Duration.ZERO, null);
        var sink = new TracedSink(told, order, Instant.EPOCH);
        assertThat(sink.answeredMicros()).isZero();
        sink.asked(URI.create("http://127.0.0.1:1"));
        long asked = System.nanoTime();
        while (System.nanoTime() - asked < 3_000_000) {
            Thread.onSpinWait();
        }
        sink.begun(new Beginning(Start.WARM, 0, 2_000, 0, 0, "s"));
        assertThat(told.splits.getLast().placement()).isEqualTo(2_000);
        assertThat(told.splits.getLast().response()).isZero();
        sink.piece(new byte[1]);
        sink.ended(
                new InvocationOutcome(Status.FUNCTION_ERROR, Start.WARM, 1, 500, 0, 2_000, 128, 0, null, 0, 0, "s"),
                new byte[0]);
        assertThat(told.splits.getLast().handler()).isEqualTo(500);
        assertThat(sink.answeredMicros()).isGreaterThanOrEqualTo(3_000);
        assertThat(sink.waitedMicros()).isEqualTo(2_000);
        var trace = sink.trace(new Dispatched.Answered());
        assertThat(trace.status()).isEqualTo(Status.FUNCTION_ERROR);
        assertThat(trace.billedMillis()).isEqualTo(1);
        assertThat(trace.split().placement()).isEqualTo(2_000);
    }
}
