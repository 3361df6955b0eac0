package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.wasm.engine.EngineMain;
import dev.mayfly.sandbox.wasm.engine.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One life of the engine process, with its connections. It is never restarted: a new one takes its place. */
final class Engine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Engine.class);
    private static final AtomicLong LIVES = new AtomicLong();
    private static final int MAX_IDLE_CONNECTIONS = 64;

    private final Process process;
    private final OutputStream control;
    private final ServerSocketChannel server;
    private final Path socket;
    private final byte[] token = new byte[EngineMain.TOKEN_BYTES];
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final LinkedBlockingQueue<Connection> arrived = new LinkedBlockingQueue<>();
    private final StringBuffer lastWords = new StringBuffer();
    private final AtomicInteger numbers = new AtomicInteger();
    private final Duration startTimeout;
    private volatile boolean closed;

    /** One invocation at a time. */
    record Connection(int number, Wire wire) {}

    private Engine(Process process, ServerSocketChannel server, Path socket, Duration startTimeout) throws IOException {
        this.process = process;
        this.server = server;
        this.socket = socket;
        this.startTimeout = startTimeout;
        this.control = process.getOutputStream();
        new SecureRandom().nextBytes(token);
        control.write(token);
        control.flush();
        Thread.ofVirtual().name("wasm-accept").start(this::accept);
    }

    /**
     * Starts an engine and waits until it has answered.
     *
     * @throws IOException when it does not start, with what it wrote
     */
    static Engine start(EngineLauncher launcher, Path folder, Duration startTimeout) throws IOException {
        Path sockets = Files.createDirectories(folder.resolve("socket"));
        String name = "engine-" + LIVES.incrementAndGet();
        Path socket = sockets.resolve(name);
        Files.deleteIfExists(socket);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        var started = new CompletableFuture<Engine>();
        // The kernel kills the engine when this thread ends, so the thread is the engine's alone and a real one.
        Thread.ofPlatform().daemon().name("wasm-engine").start(() -> {
            Engine engine;
            try {
                engine = new Engine(launcher.run(sockets, name), server, socket, startTimeout);
            } catch (IOException e) {
                started.completeExceptionally(e);
                return;
            }
            started.complete(engine);
            engine.attend();
        });
        try {
            Engine engine = started.get(startTimeout.toMillis(), TimeUnit.MILLISECONDS);
            engine.awaitFirstConnection();
            return engine;
        } catch (ExecutionException | TimeoutException e) {
            server.close();
            throw new IOException("The engine process cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the engine started", e);
        }
    }

    private void awaitFirstConnection() throws IOException, InterruptedException {
        try {
            give(connect());
        } catch (IOException e) {
            close();
            throw new IOException("The engine process does not answer: " + e.getMessage() + " " + lastWords, e);
        }
    }

    boolean isAlive() {
        return !closed && process.isAlive();
    }

    /** A connection for one invocation; {@link #give} it back after, or close it. */
    Connection take() throws IOException, InterruptedException {
        Connection connection = idle.pollFirst();
        return connection == null ? connect() : connection;
    }

    void give(Connection connection) {
        if (closed || idle.size() >= MAX_IDLE_CONNECTIONS) {
            connection.wire().close();
        } else {
            idle.addFirst(connection);
        }
    }

    /** Stops what runs on the connection, which is of no use after that. */
    void stop(Connection connection) {
        connection.wire().close();
        try {
            order(EngineMain.STOP, connection.number());
        } catch (IOException e) {
            log.debug("The engine is gone, and its guests with it: {}", e.toString());
        }
    }

    private void order(byte what, int number) throws IOException {
        synchronized (control) {
            control.write(EngineMain.order(what, number));
            control.flush();
        }
    }

    private Connection connect() throws IOException, InterruptedException {
        order(EngineMain.OPEN, numbers.incrementAndGet());
        long deadline = System.nanoTime() + startTimeout.toNanos();
        while (System.nanoTime() < deadline) {
            Connection connection = arrived.poll(100, TimeUnit.MILLISECONDS);
            if (connection != null) {
                return connection;
            }
            if (!isAlive()) {
                throw new IOException("the engine process has ended");
            }
        }
        throw new IOException("no connection within " + startTimeout);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                var wire = new Wire(channel);
                Wire.Message hello = wire.receive();
                ByteBuffer body = ByteBuffer.wrap(hello.body());
                byte[] shown = new byte[Math.min(token.length, body.remaining())];
                body.get(shown);
                if (hello.kind() == Wire.Kind.HELLO && MessageDigest.isEqual(shown, token) && body.remaining() == 4) {
                    arrived.add(new Connection(body.getInt(), wire));
                } else {
                    log.warn("Refused a connection that is not the engine's");
                    wire.close();
                }
            }
        } catch (IOException e) {
            if (!closed) {
                log.warn("The engine's connections broke: {}", e.toString());
                process.destroyForcibly();
            }
        }
    }

    /** Reads what the process complains about until it ends. */
    private void attend() {
        try (BufferedReader complaints = process.errorReader(StandardCharsets.UTF_8)) {
            @Nullable String line;
            while ((line = complaints.readLine()) != null) {
                log.warn("engine: {}", line);
                if (lastWords.length() < 4096) {
                    lastWords.append(line).append(' ');
                }
            }
        } catch (IOException e) {
            log.debug("The engine's log ended: {}", e.toString());
        }
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }
        if (!closed) {
            log.warn("The engine process ended with status {}", process.exitValue());
            close();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        EngineLauncher.end(process);
        try {
            server.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            log.warn("The engine's socket cannot be removed: {}", e.toString());
        }
        @Nullable Connection connection;
        while ((connection = idle.poll()) != null) {
            connection.wire().close();
        }
    }
}
