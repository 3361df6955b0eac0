package dev.mayfly.sandbox.wasm.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Framed messages over a stream between the host and the engine: four bytes of length, one of kind, the body. One message
 * at a time in each direction; not thread-safe. A connection carries one invocation at a time, so nothing is multiplexed
 * and nothing has to be woken in between.
 */
public final class Wire implements AutoCloseable {
    /** Enough for the largest module with its compiled form. */
    public static final int MAX_MESSAGE_BYTES = 256 << 20;

    private static final int HEADER_BYTES = 5;
    private static final int CHUNK_BYTES = 64 << 10;
    private static final long LOOK_NANOS = 50_000;
    private static final int MAX_WAITS_BETWEEN = 63;
    private static final int MAX_WORKING = Runtime.getRuntime().availableProcessors();
    private static final int MAX_LOOKING = Math.max(1, MAX_WORKING / 2);
    private static final AtomicInteger LOOKING = new AtomicInteger();
    private static final AtomicInteger WORKING = new AtomicInteger();

    private final ByteChannel channel;
    private boolean working;
    private int fruitless;
    private int waitsToGo;
    private final ByteBuffer in = ByteBuffer.allocateDirect(CHUNK_BYTES).flip();
    private final ByteBuffer out = ByteBuffer.allocateDirect(CHUNK_BYTES);

    /** What a message is. */
    public enum Kind {
        /** Engine to host, first on a connection: the token that the host gave it. */
        HELLO,
        /** Host to engine: compile a module. Answered by {@link #COMPILED} or {@link #REFUSED}. */
        COMPILE,
        COMPILED,
        /** The module can never run here: error type and message. */
        REFUSED,
        /** Host to engine: keep a module with its compiled form. Answered by {@link #LOADED} or {@link #REFUSED}. */
        LOAD,
        LOADED,
        /** Host to engine: run a module. Answered by {@link #DONE} or {@link #UNKNOWN_MODULE}. */
        INVOKE,
        /** The engine does not (or no longer) hold the module: load it and ask again. */
        UNKNOWN_MODULE,
        /** Host to engine: keep a function's own files. Answered by {@link #LOADED}. */
        FILES,
        /** The engine does not (or no longer) hold the function's files: give them and ask again. */
        UNKNOWN_FILES,
        /** Engine to host, while a guest runs: what the guest asks its function's host. Answered by {@link #TOLD}. */
        ASK,
        TOLD,
        DONE
    }

    /** A received message. */
    public record Message(Kind kind, byte[] body) {}

    private static final Kind[] KINDS = Kind.values();

    public Wire(ByteChannel channel) {
        this.channel = channel;
    }

    /** Sends the concatenation of {@code parts}. */
    public void send(Kind kind, byte[]... parts) throws IOException {
        int length = 0;
        for (byte[] part : parts) {
            length = Math.addExact(length, part.length);
        }
        out.clear().putInt(length).put((byte) kind.ordinal());
        for (byte[] part : parts) {
            int sent = 0;
            while (sent < part.length) {
                int now = Math.min(out.remaining(), part.length - sent);
                out.put(part, sent, now);
                sent += now;
                if (!out.hasRemaining()) {
                    drain();
                }
            }
        }
        drain();
    }

    /**
     * @throws EOFException when the other side is gone
     * @throws IOException also when the other side sent what is no message
     */
    public Message receive() throws IOException {
        while (in.remaining() < HEADER_BYTES) {
            fill();
        }
        int length = in.getInt();
        int kind = in.get();
        if (length < 0 || length > MAX_MESSAGE_BYTES || kind < 0 || kind >= KINDS.length) {
            throw new IOException("Not a message: kind " + kind + ", " + length + " bytes");
        }
        byte[] body = new byte[length];
        int received = 0;
        while (received < length) {
            if (!in.hasRemaining()) {
                fill();
            }
            int now = Math.min(in.remaining(), length - received);
            in.get(body, received, now);
            received += now;
        }
        return new Message(KINDS[kind], body);
    }

    private void drain() throws IOException {
        out.flip();
        channel.write(out);
        while (out.hasRemaining()) {
            if (channel instanceof SocketChannel socket) {
                socket.configureBlocking(true);
            }
            channel.write(out);
        }
        out.clear();
    }

    private void fill() throws IOException {
        in.compact();
        try {
            if ((channel instanceof SocketChannel socket ? impatient(socket) : channel.read(in)) < 0) {
                throw new EOFException("The other side closed the connection");
            }
        } finally {
            in.flip();
        }
    }

    /**
     * Says that the two sides work for each other now, or no more. When few do in this process, a wait begins with a short
     * look, which is far sooner over than being woken; when more do, they need the processors.
     */
    public void working(boolean now) {
        if (now != working) {
            working = now;
            WORKING.addAndGet(now ? 1 : -1);
        }
    }

    private int impatient(SocketChannel socket) throws IOException {
        if (waitsToGo > 0) {
            waitsToGo--;
        } else {
            int count = look(socket);
            if (count != 0) {
                fruitless = 0;
                return count;
            }
            // Where looking leads to nothing (long guests, a busy machine) it is soon given up, but for a try now and
            // then.
            fruitless = Math.min(MAX_WAITS_BETWEEN, 2 * fruitless + 1);
            waitsToGo = fruitless;
        }
        socket.configureBlocking(true);
        return socket.read(in);
    }

    private int look(SocketChannel socket) throws IOException {
        boolean before = working;
        working(true);
        try {
            if (LOOKING.incrementAndGet() > MAX_LOOKING) {
                return 0;
            }
            socket.configureBlocking(false);
            long end = System.nanoTime() + LOOK_NANOS;
            int count = 0;
            while (count == 0 && System.nanoTime() < end && WORKING.get() <= MAX_WORKING) {
                Thread.onSpinWait();
                count = socket.read(in);
            }
            return count;
        } finally {
            LOOKING.decrementAndGet();
            working(before);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
