package dev.mayfly.invoker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.contracts.traces.TraceHeader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OutcomeRecordsTest {
    private static final String TARGET = "arn:aws:lambda:us-east-1:000000000000:function:next";
    private static final AsynchronousRules RULES = new AsynchronousRules(2, Duration.ofHours(6), TARGET, TARGET);

    private final OutcomeRecords records = new OutcomeRecords(Clock.systemUTC());

    private static String nested(int levels) {
        return "[".repeat(levels) + "]".repeat(levels);
    }

    /** The record of an invocation that got {@code event} and answered it. */
    private String recordOf(byte[] event) throws IOException {
        return new String(recordOf(event, event), StandardCharsets.UTF_8);
    }

    private byte[] recordOf(byte[] event, byte[] answer) throws IOException {
        var queued = QueuedEvent.accepted(
                "request",
                "000000000000",
                "function",
                "$LATEST",
                "arn:aws:lambda:us-east-1:000000000000:function:function",
                TraceHeader.of(null).text(),
                null,
                null,
                Instant.now(),
                event);
        var attempt = new Attempt("$LATEST", true);
        attempt.accept(
                new InvocationOutcome(
                        InvocationOutcome.Status.SUCCESS, InvocationOutcome.Start.COLD, 1, 1_000, 0, 0, 128, 0, null),
                new ByteArrayInputStream(answer),
                answer.length);
        return records.ofSuccess(queued, RULES, attempt).getFirst().payload();
    }

    private static byte[] text(int bytes) {
        return ("\"" + "x".repeat(bytes - 2) + "\"").getBytes(StandardCharsets.UTF_8);
    }

    /** Each function's destination has a destination: each record is in the next, until it would not fit the queue. */
    @Test
    void recordsNestAndDoNotGrowWithoutEnd() throws IOException {
        byte[] answer = text(900_000);
        byte[] first = recordOf(text(2), answer);
        byte[] second = recordOf(first, answer);
        JsonNode nested = JsonMapper.shared().readTree(second);
        assertThat(nested.path("requestPayload").path("requestPayload").asString())
                .isEmpty();
        assertThat(nested.path("requestPayload").path("responsePayload").asString())
                .hasSize(899_998);
        assertThat(nested.path("responsePayload").asString()).hasSize(899_998);
        JsonNode third = JsonMapper.shared().readTree(recordOf(second, answer));
        assertThat(third.path("requestPayload")).isEqualTo(nested);
        assertThat(third.path("responsePayload").isNull()).isTrue();

        JsonNode full = JsonMapper.shared().readTree(recordOf(text(OutcomeRecords.LARGEST), text(3)));
        assertThat(full.path("requestPayload").isNull()).isTrue();
        assertThat(full.path("responsePayload").isNull()).isTrue();
        assertThat(full.path("requestContext").path("requestId").asString()).isEqualTo("request");
    }

    @ParameterizedTest
    @ValueSource(ints = {499, 500, 501, 999, 1000, 5000})
    void jsonStaysJsonHoweverDeep(int levels) throws IOException {
        String json = nested(levels);
        assertThat(recordOf(json.getBytes(StandardCharsets.UTF_8)))
                .contains("\"requestPayload\":" + json)
                .contains("\"responsePayload\":" + json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1e400", "{\"precise\": 1.10}", "\"text\"", "null", " [1, 2] ", "{\"twice\":1,\"twice\":2}"})
    void jsonIsCopiedAsItWas(String json) throws IOException {
        assertThat(recordOf(json.getBytes(StandardCharsets.UTF_8)))
                .contains("\"requestPayload\":" + json)
                .contains("\"responsePayload\":" + json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no json", "{\"open\":", "1 2", "{} \"injected\"", "1,\"injected\":2", "[1]]"})
    void whatIsNoJsonBecomesAString(String text) throws IOException {
        String quoted = "\"" + text.replace("\"", "\\\"") + "\"";
        assertThat(recordOf(text.getBytes(StandardCharsets.UTF_8)))
                .contains("\"requestPayload\":" + quoted)
                .contains("\"responsePayload\":" + quoted);
    }

    @ParameterizedTest
    @ValueSource(bytes = {(byte) 0xff, (byte) 0xc3})
    void bytesThatAreNoTextBecomeAString(byte first) throws IOException {
        assertThat(recordOf(new byte[] {first, '1'})).contains("\"requestPayload\":\"\uFFFD1\"");
    }
}
