package dev.mayfly.host.invocation;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.StreamedAnswer;
import dev.mayfly.sandbox.api.ResponseStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands a function's answer on as {@link StreamedAnswer} while it is written. When the reader has gone, the rest is dropped. */
final class AnswerStream implements ResponseStream {
    private static final Logger log = LoggerFactory.getLogger(AnswerStream.class);

    private final HttpServletResponse response;
    private final String requestId;
    private long bytes;
    private boolean gone;

    AnswerStream(HttpServletResponse response, String requestId) {
        this.response = response;
        this.requestId = requestId;
    }

    /** The function gets the event now. */
    void handedOver(StreamedAnswer.Beginning beginning) {
        response.setHeader(
                StreamedAnswer.Beginning.HEADER,
                Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(beginning)));
    }

    @Override
    public void begin(String contentType) {
        response.setHeader(StreamedAnswer.FUNCTION_CONTENT_TYPE, contentType);
    }

    @Override
    public void write(ByteBuffer piece) {
        bytes += piece.remaining();
        part(StreamedAnswer.PIECE, piece);
    }

    /** How many bytes the function has written. */
    long bytes() {
        return bytes;
    }

    /** Ends the answer with what became of it; what the function answered whole, or its error object, comes before. */
    void end(Answer answer) {
        if (answer.body().length > 0) {
            boolean success = answer.outcome().status() == InvocationOutcome.Status.SUCCESS;
            part(success ? StreamedAnswer.PIECE : StreamedAnswer.ERROR, ByteBuffer.wrap(answer.body()));
        }
        part(StreamedAnswer.OUTCOME, ByteBuffer.wrap(Json.bytes(answer.outcome())));
    }

    private void part(byte type, ByteBuffer content) {
        if (gone) {
            return;
        }
        try {
            response.setContentType(StreamedAnswer.CONTENT_TYPE);
            StreamedAnswer.write(response.getOutputStream(), type, content);
            response.flushBuffer();
        } catch (IOException e) {
            gone = true;
            log.debug("Nobody reads the answer to {} any more: {}", requestId, e.toString());
        }
    }
}
