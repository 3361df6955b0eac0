package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The Runtime API's meaning as frames on a unix socket, for our own bootstraps: an HTTP client is most of a small
 * invocation's time. A frame is its length in four bytes, big-endian, its type in one, and its content. Exactly one
 * connection is taken: the bootstrap connects before it loads the function.
 *
 * <ul>
 *   <li>to the guest: {@link #INVOKE} (length of the header in four bytes, header as JSON, event)
 *   <li>from the guest: {@link #READY}; {@link #INIT_ERROR} (error object); {@link #RESPONSE}, {@link #ERROR} and {@link
 *       #FATAL} (length of the request id in one byte, request id, answer)
 * </ul>
 */
final class FramedLink implements GuestLink {
    static final byte INVOKE = 1;
    static final byte READY = 1;
    static final byte INIT_ERROR = 2;
    static final byte RESPONSE = 3;
    static final byte ERROR = 4;
    static final byte FATAL = 5;

    private static final int HEADER = 5;
    private static final int MAX_FRAME = InvocationResult.MAX_RESPONSE_BYTES + 4096;
    private static final int CHUNK = 64 * 1024;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path socket;
    private final ServerSocketChannel listener;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(CHUNK).flip();
    private volatile @Nullable SocketChannel channel;
    private volatile boolean closed;

    private record Frame(byte type, ByteBuffer content) {}

    /**
     * @param guest the only user of the machine, besides root, that may connect
     */
    FramedLink(Path socket, int guest) throws IOException {
        this.socket = socket;
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket), 1);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        Files.setAttribute(socket, "unix:uid", guest);
    }

    @Override
    public InitOutcome awaitInit() throws IOException {
        SocketChannel connection = listener.accept();
        channel = connection;
        listener.close();
        if (closed) {
            connection.close();
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
        ByteBuffer head = ByteBuffer.allocate(HEADER + 4 + json.length)
                .putInt(1 + 4 + json.length + request.payload().length)
                .put(INVOKE)
                .putInt(json.length)
                .put(json)
                .flip();
        ByteBuffer[] frame = {head, ByteBuffer.wrap(request.payload())};
        while (frame[1].hasRemaining() || frame[0].hasRemaining()) {
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
            listener.close();
            SocketChannel connection = channel;
            if (connection != null) {
                connection.close();
            }
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
