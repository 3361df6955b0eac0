package dev.mayfly.invoker.http;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.StreamedAnswer.Beginning;
import dev.mayfly.contracts.traces.TimeSplit;
import dev.mayfly.invoker.hosts.AnswerSink;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/**
 * Hands an answer on while the function writes it, as the events {@code PayloadChunk} and {@code InvokeComplete} of an
 * {@code application/vnd.amazon.eventstream}. An answer that breaks off has no {@code InvokeComplete}.
 */
final class StreamingAnswer implements AnswerSink {
    private final HttpServletResponse response;
    private final String version;
    private final String traceId;
    private InvocationOutcome.@Nullable Status status;
    private InvocationOutcome.@Nullable Start start;
    private @Nullable TimeSplit split;

    StreamingAnswer(HttpServletResponse response, String version, String traceId) {
        this.response = response;
        this.version = version;
        this.traceId = traceId;
    }

    /** How the invocation ended; null while it has not. */
    InvocationOutcome.@Nullable Status status() {
        return status;
    }

    @Override
    public boolean streams() {
        return true;
    }

    @Override
    public void accept(InvocationOutcome outcome, InputStream body, long length) throws IOException {
        throw new IOException("The host's answer was to be streamed");
    }

    @Override
    public void begun(Beginning known) {
        start = known.start();
    }

    @Override
    public void split(TimeSplit known) {
        split = known;
    }

    @Override
    public void piece(byte[] content) throws ReceiverGoneException {
        send("PayloadChunk", "application/octet-stream", content);
    }

    @Override
    public void ended(InvocationOutcome outcome, byte[] error) throws ReceiverGoneException {
        status = outcome.status();
        start = outcome.start();
        if (outcome.status() == InvocationOutcome.Status.PLATFORM_ERROR) {
            return;
        }
        Map<String, String> complete = new LinkedHashMap<>();
        if (outcome.status() != InvocationOutcome.Status.SUCCESS) {
            complete.put("ErrorCode", "Unhandled");
            complete.put("ErrorDetails", new String(error, StandardCharsets.UTF_8));
        }
        if (outcome.logTail() != null) {
            complete.put("LogResult", outcome.logTail());
        }
        send("InvokeComplete", "application/json", Json.bytes(complete));
    }

    private void send(String event, String contentType, byte[] payload) throws ReceiverGoneException {
        var message = new Message(
                Map.of(
                        ":message-type", HeaderValue.fromString("event"),
                        ":event-type", HeaderValue.fromString(event),
                        ":content-type", HeaderValue.fromString(contentType)),
                payload);
        if (!response.isCommitted()) {
            response.setStatus(HttpServletResponse.SC_OK);
            response.setContentType("application/vnd.amazon.eventstream");
            response.setHeader("X-Amz-Executed-Version", version);
            response.setHeader("X-Amzn-Trace-Id", traceId);
            if (split != null && start != null) {
                response.setHeader("Server-Timing", ServerTiming.untilHandler(split, start));
            }
        }
        try {
            // What it encodes to a stream itself hides that stream's exceptions.
            byte[] encoded = message.toByteBuffer().array();
            response.getOutputStream().write(encoded);
            response.flushBuffer();
        } catch (IOException e) {
            throw new ReceiverGoneException(e);
        }
    }
}
