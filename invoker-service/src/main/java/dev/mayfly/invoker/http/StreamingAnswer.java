package dev.mayfly.invoker.http;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.StreamedAnswer;
import dev.mayfly.invoker.hosts.AnswerSink;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
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
    public void acceptStream(InputStream parts) throws IOException {
        byte[] error = new byte[0];
        while (true) {
            StreamedAnswer.Part part = StreamedAnswer.read(parts);
            if (part == null) {
                throw new EOFException("The host's answer lacks its outcome");
            }
            switch (part.type()) {
                case StreamedAnswer.PIECE -> send("PayloadChunk", "application/octet-stream", part.content());
                case StreamedAnswer.ERROR -> error = part.content();
                case StreamedAnswer.OUTCOME -> {
                    complete(part.outcome(), error);
                    return;
                }
                default -> throw new IOException("The host sent a part of type " + part.type());
            }
        }
    }

    private void complete(InvocationOutcome outcome, byte[] error) throws ReceiverGoneException {
        status = outcome.status();
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
        }
        try {
            message.encode(response.getOutputStream());
            response.flushBuffer();
        } catch (IOException e) {
            throw new ReceiverGoneException(e);
        }
    }
}
