package dev.mayfly.sandbox.linux;

import dev.mayfly.sandbox.api.LogSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox's standard output and error: one pipe, so that the order of lines is kept. It is always emptied, so that a
 * function never waits for its readers; what is more than the log's budget is dropped, and that is said in the log.
 */
public final class LogPipe implements AutoCloseable {
    private static final int MAX_LINE = 256 * 1024;
    private static final int READ_SIZE = 64 * 1024;
    private static final int READS_PER_TURN = 16;
    private static final long BURST = 8L << 20;
    private static final long BYTES_PER_SECOND = 1L << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private volatile LogSink sink;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(READ_SIZE);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private final int readEnd;
    private int writeEnd;
    private long budget = BURST;
    private long refilled = System.nanoTime();
    private long dropped;
    private boolean closed;
    private Reactor.@Nullable Watch watch;

    public LogPipe(LogSink sink) throws IOException {
        this.sink = sink;
        int[] ends = Linux.pipe();
        readEnd = ends[0];
        writeEnd = ends[1];
    }

    /** From now on lines go there: a sandbox may be there before its function is known. */
    public void logTo(LogSink next) {
        sink = next;
    }

    /** Where a child process opens the pipe's end to write. */
    public String writePath() {
        return "/proc/self/fd/" + writeEnd;
    }

    /** The guest has its own descriptor now: closes ours, and empties the pipe from now on. */
    public void handOver(Reactor reactor) throws IOException {
        Linux.close(writeEnd);
        writeEnd = -1;
        watch = reactor.watch(readEnd, this::drain);
    }

    /** Passes on what the pipe holds now. */
    public void drain() {
        lock.lock();
        try {
            for (int i = 0; i < READS_PER_TURN && !closed; i++) {
                int read = Linux.read(readEnd, buffer);
                if (read == Linux.NOTHING) {
                    return;
                }
                if (read == 0) {
                    cancelWatch();
                    return;
                }
                accept(read);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    /** Passes on all that was written up to now, a last line without a line break too. */
    public void flush() {
        lock.lock();
        try {
            drain();
            if (line.size() > 0) {
                emit();
            }
            if (dropped > 0) {
                sink.line("[" + dropped + " bytes of log dropped: more than a sandbox may write]");
                dropped = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    private void accept(int length) {
        refill();
        if (budget < length) {
            dropped += length + line.size();
            line.reset();
            return;
        }
        budget -= length;
        byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                line.write(bytes, start, i - start);
                emit();
                start = i + 1;
            } else if (line.size() + i - start >= MAX_LINE) {
                line.write(bytes, start, i - start);
                emit();
                start = i;
            }
        }
        line.write(bytes, start, length - start);
    }

    private void refill() {
        long now = System.nanoTime();
        long earned = (now - refilled) / 1000 * BYTES_PER_SECOND / 1_000_000;
        if (earned > 0) {
            budget = Math.min(BURST, budget + earned);
            refilled = now;
        }
    }

    private void emit() {
        sink.line(line.toString(StandardCharsets.UTF_8));
        line.reset();
    }

    private void cancelWatch() {
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            flush();
            closed = true;
            cancelWatch();
            Linux.close(readEnd);
            if (writeEnd >= 0) {
                Linux.close(writeEnd);
            }
            arena.close();
        } finally {
            lock.unlock();
        }
    }
}
