package dev.mayfly.contracts.hosting;

import dev.mayfly.contracts.events.Json;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A host's answer to {@link HostInvocation#stream}, as a body of the type {@link #CONTENT_TYPE}: parts, each a type in one
 * byte, a length in four (big-endian), and its content. {@link #PIECE}s of the function's answer come as it writes them,
 * then {@link #ERROR} when it failed (Lambda's error object), and {@link #OUTCOME} at last. Without its outcome an answer is
 * broken. The header {@link #FUNCTION_CONTENT_TYPE} is the type that the function named, and {@link Beginning#HEADER} tells
 * what was before its first byte.
 */
public final class StreamedAnswer {
    public static final String CONTENT_TYPE = "application/vnd.mayfly.stream";
    public static final String FUNCTION_CONTENT_TYPE = "X-Mayfly-Function-Content-Type";
    /** The longest part, in bytes. */
    public static final int LONGEST = 6 * 1024 * 1024 + 4096;

    public static final byte PIECE = 0;
    public static final byte ERROR = 1;
    public static final byte OUTCOME = 2;

    private StreamedAnswer() {}

    /**
     * What was known when the event was handed to the function: JSON in Base64 (URL-safe) in the header {@link #HEADER}. The
     * members are those of {@link InvocationOutcome}, which tells them again at the end. There is none where no sandbox was had.
     */
    public record Beginning(
            InvocationOutcome.Start start,
            long initMicros,
            long waitMicros,
            long fetchMicros,
            long startMicros,
            @Nullable String sandbox) {
        public static final String HEADER = "X-Mayfly-Beginning";

        /** Of an invocation that has ended. */
        public static Beginning of(InvocationOutcome outcome) {
            return new Beginning(
                    outcome.start(),
                    outcome.initMicros(),
                    outcome.waitMicros(),
                    outcome.fetchMicros(),
                    outcome.startMicros(),
                    outcome.sandbox());
        }
    }

    /** A part of an answer. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and copying would cost.
    public record Part(byte type, byte[] content) {
        /**
         * The content of an {@link #OUTCOME}.
         *
         * @throws IOException when it is not what was agreed
         */
        public InvocationOutcome outcome() throws IOException {
            try {
                return Json.read(content, InvocationOutcome.class);
            } catch (JacksonException e) {
                throw new IOException("The outcome cannot be read", e);
            }
        }
    }

    /** Writes one part and nothing else. */
    public static void write(OutputStream out, byte type, ByteBuffer content) throws IOException {
        int length = content.remaining();
        out.write(new byte[] {type, (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length
        });
        if (content.hasArray()) {
            out.write(content.array(), content.arrayOffset() + content.position(), length);
        } else {
            byte[] copy = new byte[length];
            content.duplicate().get(copy);
            out.write(copy);
        }
    }

    /**
     * Reads the next part; null at the end of the body.
     *
     * @throws IOException also when a part is cut short or too long
     */
    public static @Nullable Part read(InputStream in) throws IOException {
        int type = in.read();
        if (type < 0) {
            return null;
        }
        int length = new DataInputStream(in).readInt();
        if (length < 0 || length > LONGEST) {
            throw new IOException("A part of " + length + " bytes");
        }
        byte[] content = in.readNBytes(length);
        if (content.length < length) {
            throw new EOFException();
        }
        return new Part((byte) type, content);
    }
}
