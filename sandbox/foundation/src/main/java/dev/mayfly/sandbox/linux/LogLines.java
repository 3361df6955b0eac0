package dev.mayfly.sandbox.linux;

import dev.mayfly.sandbox.api.LogSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Makes lines of what a sandbox writes. What is more than the log's budget (8 MiB at once, 1 MiB a second) is dropped, and
 * that is said in the log. Thread-safe.
 */
public final class LogLines {
    private static final int MAX_LINE = 256 * 1024;
    private static final long BURST = 8L << 20;
    private static final long BYTES_PER_SECOND = 1L << 20;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private LogSink sink;
    private long budget = BURST;
    private long refilled = System.nanoTime();
    private long dropped;

    public LogLines(LogSink sink) {
        this.sink = sink;
    }

    /** From now on lines go there: a sandbox may be there before its function is known. */
    public synchronized void logTo(LogSink next) {
        sink = next;
    }

    /** Takes what was written next. */
    public synchronized void accept(byte[] bytes) {
        refill();
        int length = bytes.length;
        if (budget < length) {
            dropped += length + line.size();
            line.reset();
            return;
        }
        budget -= length;
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

    /** Passes on a last line without a line break too, and says what was dropped. */
    public synchronized void flush() {
        if (line.size() > 0) {
            emit();
        }
        if (dropped > 0) {
            sink.line("[" + dropped + " bytes of log dropped: more than a sandbox may write]");
            dropped = 0;
        }
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
}
