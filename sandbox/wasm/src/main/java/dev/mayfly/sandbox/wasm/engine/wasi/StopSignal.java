package dev.mayfly.sandbox.wasm.engine.wasi;

import java.util.function.Supplier;

/** Asks a running guest to stop: at its deadline or earlier, and never after it has ended. */
public final class StopSignal {
    /** Ends a guest inside a call to the system. */
    public static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public StoppedException() {
            super("stopped", null, false, false);
        }
    }

    private final Thread guest = Thread.currentThread();
    private final long deadline;
    private boolean done;
    private boolean shielded;
    private volatile boolean asked;

    /** For the guest that will run on the calling thread. */
    public StopSignal(long nanos) {
        deadline = System.nanoTime() + nanos;
    }

    public boolean isDue(long now) {
        return now - deadline >= 0;
    }

    public synchronized void stop() {
        if (!done) {
            asked = true;
            if (!shielded) {
                guest.interrupt();
            }
        }
    }

    public boolean isAsked() {
        return asked;
    }

    /** Does {@code work} without being interrupted in it; whoever was asked to stop meanwhile stops after it. */
    <T> T unhurried(Supplier<T> work) {
        shield(true);
        try {
            return work.get();
        } finally {
            shield(false);
        }
    }

    private synchronized void shield(boolean up) {
        if (up) {
            check();
        }
        shielded = up;
        if (!up && asked) {
            throw new StoppedException();
        }
    }

    void check() {
        if (asked) {
            throw new StoppedException();
        }
    }

    /** Whether it was given before the guest ended. The thread's interrupt is cleared. */
    public synchronized boolean end() {
        done = true;
        if (asked) {
            Thread.interrupted();
        }
        return asked;
    }
}
