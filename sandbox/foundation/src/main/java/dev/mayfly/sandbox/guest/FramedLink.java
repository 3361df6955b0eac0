package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The Runtime API's meaning as frames on a unix socket, for our own bootstraps: an HTTP client is most of a small
 * invocation's time. A frame is its length in four bytes, big-endian, its type in one, and its content. The guest's runtime
 * connects once, before it has a function.
 *
 * <ul>
 *   <li>to the guest: {@link #INIT} (JSON: {@code handler}, {@code taskRoot}, {@code environment}), {@link #RESTORE} (JSON: {@code
 *       environment}, {@code entropy} in Base64, {@code unixMillis}), {@link #REHEARSE} (nothing), {@link #INVOKE} (length of the header in four bytes,
 *       header as JSON, event)
 *   <li>from the guest: {@link #HELLO}; {@link #READY}; {@link #INIT_ERROR} (error object); {@link #RESPONSE}, {@link #ERROR}
 *       and {@link #FATAL} (length of the request id in one byte, request id, answer); an answer in pieces as {@link #STREAM} (id, content
 *       type), {@link #PIECE} (id, bytes) as often as needed, and {@link #END} (id), or an error
 * </ul>
 */
public final class FramedLink implements GuestLink {
    static final byte INVOKE = 1;
    static final byte INIT = 2;
    static final byte RESTORE = 3;
    static final byte REHEARSE = 4;
    static final byte HELLO = 0;
    static final byte READY = 1;
    static final byte INIT_ERROR = 2;
    static final byte RESPONSE = 3;
    static final byte ERROR = 4;
    static final byte FATAL = 5;
    static final byte STREAM = 6;
    static final byte PIECE = 7;
    static final byte END = 8;

    private static final int HEADER = 5;
    private static final int MAX_FRAME = InvocationResult.MAX_RESPONSE_BYTES + 4096;
    private static final int CHUNK = 64 * 1024;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Door door;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(CHUNK).flip();
    private volatile @Nullable SocketChannel channel;
    private volatile boolean closed;
    private boolean greeted;

    private record Frame(byte type, ByteBuffer content) {}

    public FramedLink(Door door) {
        this(door, false);
    }

    private FramedLink(Door door, boolean greeted) {
        this.door = door;
        this.greeted = greeted;
    }

    /** To a copy of a guest whose runtime had been there, and had said so, when it was copied. */
    public static FramedLink resumed(Door door) {
        return new FramedLink(door, true);
    }

    @Override
    public void awaitRuntime() throws IOException {
        SocketChannel connection = connection();
        if (!greeted) {
            Frame frame = receive(connection);
            if (frame.type != HELLO) {
                throw new IOException("The guest sent frame " + frame.type + " before its greeting");
            }
            greeted = true;
        }
    }

    /**
     * Has the runtime, without a function yet, go through what a start and an invocation do, so that those are faster later.
     */
    public void rehearse() throws IOException {
        awaitRuntime();
        SocketChannel connection = connection();
        send(connection, REHEARSE, new byte[0]);
        Frame frame = receive(connection);
        if (frame.type != READY) {
            throw new IOException("The guest sent frame " + frame.type + " at the end of its rehearsal");
        }
    }

    private SocketChannel connection() throws IOException {
        SocketChannel connection = channel;
        if (connection == null) {
            connection = door.open();
            channel = connection;
            if (closed) {
                connection.close();
            }
        }
        return connection;
    }

    @Override
    public InitOutcome begin(Beginning beginning) throws IOException {
        awaitRuntime();
        SocketChannel connection = connection();
        switch (beginning) {
            case Load load -> send(connection, INIT, JSON.writeValueAsBytes(load));
            case Restore restore ->
                send(
                        connection,
                        RESTORE,
                        JSON.writeValueAsBytes(Map.of(
                                "environment", restore.environment(),
                                "entropy", restore.entropy(),
                                "unixMillis", System.currentTimeMillis())));
        }
        Frame frame = receive(connection);
        return switch (frame.type) {
            case READY -> new InitOutcome.Ready();
            case INIT_ERROR -> {
                ErrorJson error = ErrorJson.parse(bytes(frame.content));
                yield new InitOutcome.Failed(error.errorType(), error.errorMessage());
            }
            default -> throw new IOException("The guest sent frame " + frame.type + " before it was ready");
        };
    }

    @Override
    public Answer exchange(InvocationRequest request, long deadlineMillis) throws IOException {
        SocketChannel connection = channel;
        if (connection == null) {
            throw new ClosedChannelException();
        }
        send(connection, request, deadlineMillis);
        PiecedAnswer pieces = null;
        while (true) {
            Frame frame = receive(connection);
            byte[] id = new byte[frame.content.hasRemaining() ? frame.content.get() & 0xff : 0];
            if (id.length > frame.content.remaining()) {
                throw new IOException("The guest sent a frame that is cut short");
            }
            frame.content.get(id);
            if (!new String(id, StandardCharsets.UTF_8).equals(request.requestId())) {
                continue;
            }
            switch (frame.type) {
                case RESPONSE -> {
                    return new Answer.Response(bytes(frame.content));
                }
                case ERROR, FATAL -> {
                    return new Answer.Failure(bytes(frame.content), frame.type == FATAL);
                }
                case STREAM -> {
                    if (pieces != null) {
                        throw new IOException("The guest began its answer twice");
                    }
                    pieces = new PiecedAnswer(
                            request.stream(), new String(bytes(frame.content), StandardCharsets.ISO_8859_1));
                }
                case PIECE -> {
                    if (pieces == null) {
                        throw new IOException("The guest sent a piece of an answer that it has not begun");
                    }
                    if (!pieces.add(frame.content)) {
                        return pieces.tooLarge(true);
                    }
                }
                case END -> {
                    if (pieces == null) {
                        throw new IOException("The guest ended an answer that it has not begun");
                    }
                    return pieces.end();
                }
                default -> throw new IOException("The guest sent frame " + frame.type + " as an answer");
            }
        }
    }

    private static void send(SocketChannel connection, InvocationRequest request, long deadlineMillis)
            throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("requestId", request.requestId());
        header.put("deadlineMs", deadlineMillis);
        header.put("functionArn", request.functionArn());
        if (request.traceId() != null) {
            header.put("traceId", request.traceId());
        }
        if (request.clientContext() != null) {
            header.put("clientContext", request.clientContext());
        }
        byte[] json = JSON.writeValueAsBytes(header);
        byte[] length = ByteBuffer.allocate(4).putInt(json.length).array();
        send(connection, INVOKE, length, json, request.payload());
    }

    private static void send(SocketChannel connection, byte type, byte[]... parts) throws IOException {
        ByteBuffer[] frame = new ByteBuffer[parts.length + 1];
        int length = 1;
        for (int i = 0; i < parts.length; i++) {
            frame[i + 1] = ByteBuffer.wrap(parts[i]);
            length = Math.addExact(length, parts[i].length);
        }
        frame[0] = ByteBuffer.allocate(HEADER).putInt(length).put(type).flip();
        while (Arrays.stream(frame).anyMatch(ByteBuffer::hasRemaining)) {
            connection.write(frame);
        }
    }

    private Frame receive(SocketChannel connection) throws IOException {
        fill(connection, HEADER);
        int length = incoming.getInt();
        byte type = incoming.get();
        if (length < 1 || length > MAX_FRAME) {
            throw new IOException("The guest sent a frame of " + length + " bytes");
        }
        ByteBuffer content = ByteBuffer.allocate(length - 1);
        int here = Math.min(content.remaining(), incoming.remaining());
        content.put(incoming.slice().limit(here));
        incoming.position(incoming.position() + here);
        while (content.hasRemaining()) {
            if (connection.read(content) < 0) {
                throw new EOFException();
            }
        }
        return new Frame(type, content.flip());
    }

    private void fill(SocketChannel connection, int needed) throws IOException {
        if (incoming.remaining() >= needed) {
            return;
        }
        incoming.compact();
        try {
            while (incoming.position() < needed) {
                if (connection.read(incoming) < 0) {
                    throw new EOFException();
                }
            }
        } finally {
            incoming.flip();
        }
    }

    private static byte[] bytes(ByteBuffer content) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return bytes;
    }

    @Override
    public void close() {
        closed = true;
        try {
            door.close();
            SocketChannel connection = channel;
            if (connection != null) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
