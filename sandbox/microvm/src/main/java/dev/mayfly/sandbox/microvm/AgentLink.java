package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one way between a guest and the platform: commands to its agent, the function's log and end, and streams, which are
 * connections that the function makes. A guest is not trusted: what breaks the rules ends the link, and what waits for
 * it learns so.
 */
final class AgentLink implements AutoCloseable {
    /** The stream of our runtimes: the first that a guest opens, and the only one that a copy of it has. */
    static final int RUNTIME_STREAM = 1;

    private static final int FIRST_GENERATION = 1;
    private static final int MAX_STREAMS = 48;
    private static final int DIAL_SECONDS = 5;

    /** What a function's connection leads to. */
    enum Service {
        RUNTIME_FRAMES,
        RUNTIME_HTTP,
        GATEWAY,
        /** Not the function's connection but ours, into the guest. */
        DIALLED,
        /** Not the function's connection but the guest's kernel's. */
        VOLUME
    }

    /** Opens the host's side of a function's connection. */
    @FunctionalInterface
    interface Connector {
        SocketChannel connect() throws IOException;

        /** The guest has gone: who waits for its connection need not any more. */
        default void abandon() {}
    }

    /** What a guest tells. Its methods must not block. */
    interface Listener {
        void log(byte[] bytes);

        /** The function's process ended: its wait status, and how many processes were killed for want of memory. */
        void exited(int waitStatus, int oomKills);

        /** The highest memory use of the function's processes so far. */
        void peakMemory(long bytes);

        /** Nothing more will come. */
        void closed();
    }

    private final ByteChannel port;
    private final Listener listener;
    private final Map<Service, Connector> services = new ConcurrentHashMap<>();
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock commands = new ReentrantLock();
    private final Map<Integer, GuestStream> streams = new ConcurrentHashMap<>();
    private final Map<Integer, Dial> dials = new ConcurrentHashMap<>();
    private final AtomicInteger tickets = new AtomicInteger();
    private final CompletableFuture<Void> hello = new CompletableFuture<>();
    private volatile @Nullable CompletableFuture<Frame> reply;
    private volatile boolean closed;

    /** A connection into the guest that is being made. */
    private record Dial(SocketPair pair, CompletableFuture<Void> answer) {}

    AgentLink(ByteChannel port, Listener listener) {
        this.port = port;
        this.listener = listener;
        Thread.ofVirtual().name("microvm-port").start(this::read);
    }

    /** From now on connections to {@code service} lead there; to a service that is not offered they are refused. */
    void offer(Service service, Connector connector) {
        services.put(service, connector);
        if (closed) {
            connector.abandon();
        }
    }

    /** Whether the first stream, the only one that a copy goes on with, is the only one to the Runtime API. */
    boolean runtimeIsFirst() {
        List<GuestStream> runtimes = streams.values().stream()
                .filter(stream -> stream.service() == Service.RUNTIME_HTTP)
                .toList();
        return runtimes.size() == 1 && runtimes.getFirst().isThat(RUNTIME_STREAM, FIRST_GENERATION);
    }

    /** Goes on with the runtime's stream of the guest that this one is a copy of. */
    void resumeRuntime(SocketChannel local) {
        GuestStream stream = new GuestStream(RUNTIME_STREAM, FIRST_GENERATION, null, this);
        streams.put(RUNTIME_STREAM, stream);
        stream.attach(local);
    }

    void awaitHello(long time, TimeUnit unit) throws IOException, InterruptedException {
        get(hello, time, unit);
    }

    /** Has the agent do something, and waits until it is done. */
    void command(byte type, byte[] content, long time, TimeUnit unit) throws IOException, InterruptedException {
        commands.lockInterruptibly();
        try {
            CompletableFuture<Frame> answer = new CompletableFuture<>();
            reply = answer;
            if (closed) {
                throw new IOException("The guest's port was closed");
            }
            send(Frame.of(type, content));
            Frame frame = get(answer, time, unit);
            if (frame.type() == Frame.FAILED) {
                throw new IOException(new String(frame.content(), StandardCharsets.UTF_8));
            }
        } finally {
            reply = null;
            commands.unlock();
        }
    }

    /**
     * Connects to a port of the guest's loopback interface.
     *
     * @param neighbour beside which a socket may be
     * @throws IOException when nobody listens there
     */
    SocketChannel dial(int port, Path neighbour) throws IOException, InterruptedException {
        int ticket = tickets.incrementAndGet();
        Dial dial = new Dial(SocketPair.connect(neighbour.resolveSibling("dial-" + ticket)), new CompletableFuture<>());
        boolean connected = false;
        dials.put(ticket, dial);
        try {
            if (closed) {
                throw new IOException("The guest's port was closed");
            }
            send(Frame.of(
                    Frame.DIAL,
                    ByteBuffer.allocate(8).putInt(port).putInt(ticket).array()));
            get(dial.answer, DIAL_SECONDS, TimeUnit.SECONDS);
            connected = true;
            return dial.pair.first();
        } finally {
            dials.remove(ticket);
            if (!connected) {
                dial.pair.close();
            }
        }
    }

    private static <T> T get(CompletableFuture<T> future, long time, TimeUnit unit)
            throws IOException, InterruptedException {
        try {
            return future.get(time, unit);
        } catch (TimeoutException e) {
            throw new IOException("The guest did not answer within " + unit.toMillis(time) + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause() == null ? "" : e.getCause().getMessage(), e);
        }
    }

    /** Sends a frame; waits when the guest does not read. */
    void send(Frame frame) throws IOException {
        ByteBuffer bytes = frame.encoded();
        writing.lock();
        try {
            while (bytes.hasRemaining()) {
                port.write(bytes);
            }
        } finally {
            writing.unlock();
        }
    }

    private void read() {
        IOException end;
        try {
            Frame.Source source = new Frame.Source(port);
            while (true) {
                handle(source.next());
            }
        } catch (IOException e) {
            end = e;
        }
        finish(end);
    }

    private void handle(Frame frame) throws IOException {
        switch (frame.type()) {
            case Frame.HELLO -> hello.complete(null);
            case Frame.DONE, Frame.FAILED -> {
                CompletableFuture<Frame> waiting = reply;
                if (waiting != null) {
                    waiting.complete(frame);
                }
            }
            case Frame.LOG -> listener.log(frame.content());
            case Frame.EXIT -> {
                ByteBuffer content = frame.reader(8);
                listener.exited(content.getInt(), content.getInt());
            }
            case Frame.STATS -> listener.peakMemory(frame.reader(8).getLong());
            case Frame.OPEN -> open(frame);
            case Frame.UNREACHED -> {
                Dial dial = dials.remove(frame.reader(4).getInt());
                if (dial != null) {
                    dial.answer.completeExceptionally(new IOException("Nobody listens there"));
                }
            }
            case Frame.DATA, Frame.EOF, Frame.RESET, Frame.WINDOW -> {
                GuestStream stream = streams.get(frame.stream());
                if (stream != null) {
                    stream.receive(frame);
                }
            }
            default -> throw new IOException("The guest sent a frame of type " + frame.type());
        }
    }

    private void open(Frame frame) throws IOException {
        int id = frame.stream();
        if (id < RUNTIME_STREAM || id >= MAX_STREAMS || streams.containsKey(id)) {
            throw new IOException("The guest opened stream " + id + ", which it may not");
        }
        int number = frame.reader(1).get() & 0xff;
        Service[] known = Service.values();
        Service service = number < known.length ? known[number] : null;
        GuestStream stream = new GuestStream(id, frame.generation(), service, this);
        streams.put(id, stream);
        if (service == Service.DIALLED) {
            Dial dial = dials.remove(frame.reader(5).getInt(1));
            stream.connect(dial == null ? null : dial.pair);
            if (dial != null) {
                dial.answer.complete(null);
            }
        } else {
            stream.connect(service == null ? null : services.get(service));
        }
    }

    /** The stream has ended on both sides. */
    void forget(GuestStream stream) {
        streams.remove(stream.id(), stream);
    }

    private void finish(IOException end) {
        close();
        hello.completeExceptionally(end);
        CompletableFuture<Frame> waiting = reply;
        if (waiting != null) {
            waiting.completeExceptionally(end);
        }
        dials.values().forEach(dial -> dial.answer.completeExceptionally(end));
        listener.closed();
    }

    @Override
    public void close() {
        closed = true;
        GuestStream.closeQuietly(port);
        streams.values().forEach(GuestStream::end);
        services.values().forEach(Connector::abandon);
    }
}
