package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.ResponseStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An answer that comes in pieces: handed on as they come when the caller wants that, else kept until it is whole. */
final class PiecedAnswer {
    private final @Nullable ResponseStream stream;
    private final String contentType;
    private final ByteArrayOutputStream whole = new ByteArrayOutputStream();
    private long bytes;

    PiecedAnswer(@Nullable ResponseStream stream, String contentType) {
        this.stream = stream;
        this.contentType = contentType.isEmpty() ? "application/octet-stream" : contentType;
    }

    /** False when the answer is larger than allowed; the piece is dropped then. */
    boolean add(ByteBuffer piece) {
        if (bytes == 0 && stream != null && piece.hasRemaining()) {
            stream.begin(contentType);
        }
        bytes += piece.remaining();
        if (bytes > limit()) {
            return false;
        }
        if (stream != null) {
            stream.write(piece);
        } else {
            byte[] copy = new byte[piece.remaining()];
            piece.get(copy);
            whole.writeBytes(copy);
        }
        return true;
    }

    private long limit() {
        return stream != null ? ResponseStream.MAX_BYTES : InvocationResult.MAX_RESPONSE_BYTES;
    }

    GuestLink.Answer end() {
        return new GuestLink.Answer.Response(whole.toByteArray());
    }

    GuestLink.Answer tooLarge(boolean fatal) {
        return new GuestLink.Answer.Failure(ErrorJson.responseTooLarge(limit()).bytes(), fatal);
    }
}
