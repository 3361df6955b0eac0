package dev.mayfly.sandbox.guest;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription to a guest's telemetry: keeps events, and pushes them in batches over HTTP, on a virtual thread. Whoever
 * takes them is hostile: each push has a time limit, and what is kept has a size.
 */
final class Subscriber implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Subscriber.class);
    private static final long PUSH_MILLIS = 2_000;
    private static final int LONGEST_ANSWER = 64 * 1024;

    /**
     * When a batch is pushed: at the first of these.
     *
     * @param maxBytes also what is kept at most, twice
     */
    record Buffering(int maxItems, int maxBytes, Duration timeout) {}

    private final String extension;
    private final Set<Telemetry.Type> types;
    private final URI destination;
    private final Buffering buffering;
    private final Dialer dialer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<byte[]> kept = new ArrayDeque<>();
    private final Thread pusher;
    private long keptBytes;
    private long oldestNanos;
    private long droppedRecords;
    private long droppedBytes;
    private boolean paused;
    private boolean hurried;
    private boolean closed;

    Subscriber(String extension, Set<Telemetry.Type> types, URI destination, Buffering buffering, Dialer dialer) {
        this.extension = extension;
        this.types = types;
        this.destination = destination;
        this.buffering = buffering;
        this.dialer = dialer;
        this.pusher = Thread.ofVirtual().name("telemetry").start(this::run);
    }

    String extension() {
        return extension;
    }

    void tell(Telemetry.Type type, byte[] event) {
        if (!types.contains(type)) {
            return;
        }
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (keptBytes + event.length > 2L * buffering.maxBytes || kept.size() >= 2 * buffering.maxItems) {
                droppedRecords++;
                droppedBytes += event.length;
                return;
            }
            if (kept.isEmpty()) {
                oldestNanos = System.nanoTime();
            }
            kept.add(event);
            keptBytes += event.length;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void pause(boolean pause) {
        lock.lock();
        try {
            paused = pause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void hurry() {
        lock.lock();
        try {
            hurried = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                byte[] batch = nextBatch();
                try {
                    push(batch);
                } catch (IOException e) {
                    log.debug("Telemetry for {} was not taken: {}", extension, e.toString());
                }
            }
        } catch (InterruptedException e) {
            log.trace("Telemetry for {} ends", extension);
        }
    }

    private byte[] nextBatch() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (paused || kept.isEmpty() || waitNanos() > 0) {
                if (paused || kept.isEmpty()) {
                    changed.await();
                } else {
                    changed.awaitNanos(waitNanos());
                }
            }
            var batch = new ByteArrayOutputStream();
            batch.write('[');
            int items = 0;
            while (!kept.isEmpty()
                    && items < buffering.maxItems
                    && (items == 0 || batch.size() + kept.getFirst().length < buffering.maxBytes)) {
                if (items++ > 0) {
                    batch.write(',');
                }
                byte[] event = kept.removeFirst();
                keptBytes -= event.length;
                batch.writeBytes(event);
            }
            if (droppedRecords > 0) {
                batch.writeBytes((",{\"time\":\"" + Instant.now()
                                + "\",\"type\":\"platform.logsDropped\",\"record\":{\"droppedBytes\":" + droppedBytes
                                + ",\"droppedRecords\":" + droppedRecords
                                + ",\"reason\":\"The subscriber does not take events as fast as they come\"}}")
                        .getBytes(StandardCharsets.UTF_8));
                droppedRecords = 0;
                droppedBytes = 0;
            }
            batch.write(']');
            oldestNanos = System.nanoTime();
            return batch.toByteArray();
        } finally {
            lock.unlock();
        }
    }

    private long waitNanos() {
        if (hurried || kept.size() >= buffering.maxItems || keptBytes >= buffering.maxBytes) {
            return 0;
        }
        return oldestNanos + buffering.timeout.toNanos() - System.nanoTime();
    }

    private void push(byte[] batch) throws IOException, InterruptedException {
        try (SocketChannel channel = dialer.dial(destination.getPort())) {
            CompletableFuture<Void> limit = CompletableFuture.runAsync(
                    () -> closeQuietly(channel), CompletableFuture.delayedExecutor(PUSH_MILLIS, TimeUnit.MILLISECONDS));
            try {
                String path = destination.getRawPath();
                String head = "POST " + (path == null || path.isEmpty() ? "/" : path) + " HTTP/1.1\r\nHost: "
                        + destination.getAuthority() + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + batch.length + "\r\nConnection: close\r\n\r\n";
                var message = ByteBuffer.allocate(head.length() + batch.length)
                        .put(head.getBytes(StandardCharsets.ISO_8859_1))
                        .put(batch)
                        .flip();
                while (message.hasRemaining()) {
                    channel.write(message);
                }
                awaitAnswer(new BufferedInputStream(Channels.newInputStream(channel)));
            } finally {
                limit.cancel(false);
            }
        }
    }

    /** Up to the end of its head, whatever it says: an event is pushed once. */
    private static void awaitAnswer(InputStream in) throws IOException {
        HttpRequest.Lines lines = new HttpRequest.Lines(in, LONGEST_ANSWER);
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            log.trace("A subscriber says {}", line);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("A connection that nobody answers does not close: {}", e.toString());
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            kept.clear();
            keptBytes = 0;
        } finally {
            lock.unlock();
        }
        pusher.interrupt();
    }
}
