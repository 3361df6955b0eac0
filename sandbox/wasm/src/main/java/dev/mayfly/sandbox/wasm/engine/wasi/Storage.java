package dev.mayfly.sandbox.wasm.engine.wasi;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that the {@code /tmp} of all guests together may use. Thread-safe. */
public final class Storage {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /** @param limit bytes */
    public Storage(long limit) {
        this.limit = limit;
    }

    boolean take(long bytes) {
        if (used.addAndGet(bytes) <= limit) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    void give(long bytes) {
        used.addAndGet(-bytes);
    }
}
