package dev.mayfly.sandbox.linux;

import dev.mayfly.sandbox.api.LogSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox's standard output and error: one pipe, so that the order of lines is kept. It is always emptied, so that a
 * function never waits for its readers; what is more than the log's budget is dropped, and that is said in the log.
 */
public final class LogPipe implements AutoCloseable {
    private static final int READ_SIZE = 64 * 1024;
    private static final int READS_PER_TURN = 16;

    private final ReentrantLock lock = new ReentrantLock();
    private final LogLines lines;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(READ_SIZE);
    private final int readEnd;
    private int writeEnd;
    private boolean closed;
    private Reactor.@Nullable Watch watch;

    public LogPipe(LogSink sink) throws IOException {
        this.lines = new LogLines(sink);
        int[] ends = Linux.pipe();
        readEnd = ends[0];
        writeEnd = ends[1];
    }

    /** From now on lines go there: a sandbox may be there before its function is known. */
    public void logTo(LogSink next) {
        lines.logTo(next);
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
                lines.accept(buffer.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE));
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
            lines.flush();
        } finally {
            lock.unlock();
        }
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
