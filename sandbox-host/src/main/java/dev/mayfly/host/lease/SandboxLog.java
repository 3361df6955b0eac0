package dev.mayfly.host.lease;

import dev.mayfly.sandbox.api.LogSink;
import java.util.function.Consumer;

/**
 * What a sandbox writes, handed to the invocation that has it. What comes before the first invocation (the init phase) waits
 * for it.
 */
public final class SandboxLog implements LogSink {
    private static final int EARLY_CHARACTERS = 64 << 10;

    private volatile String stream = "";
    private final StringBuilder early = new StringBuilder();
    private Consumer<String> reader = this::keep;

    /** The name of the log stream that the sandbox knows; empty when nobody said it. */
    public String stream() {
        return stream;
    }

    void stream(String name) {
        stream = name;
    }

    private void keep(String line) {
        if (early.length() + line.length() < EARLY_CHARACTERS) {
            early.append(line).append('\n');
        }
    }

    @Override
    public synchronized void line(String line) {
        reader.accept(line);
    }

    /** From now on lines go to {@code next}; what waited comes first. */
    public synchronized void readBy(Consumer<String> next) {
        reader = next;
        if (!early.isEmpty()) {
            early.toString().lines().forEach(next);
            early.setLength(0);
        }
    }

    /** Lines between invocations wait for the next. */
    public synchronized void readByNobody() {
        reader = this::keep;
    }
}
