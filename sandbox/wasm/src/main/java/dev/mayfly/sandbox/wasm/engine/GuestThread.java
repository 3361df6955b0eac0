package dev.mayfly.sandbox.wasm.engine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread that runs one guest at a time. Calls from the guest find what they belong to through it. */
final class GuestThread extends Thread {
    /** A deep but bounded stack: a guest that recurses without end must not take the process along. */
    private static final long STACK_BYTES = 8L << 20;

    /** The run that is on this thread now. */
    ModuleEngine.@Nullable Run run;

    /** Whether the guest has used more of the processor than its share, and must wait. */
    volatile boolean ahead;

    /** Scratch space and state of the engine, kept from run to run. */
    @Nullable
    WasmtimeCall call;

    GuestThread(Runnable work, String name) {
        super(null, work, name, STACK_BYTES);
        setDaemon(true);
    }

    static GuestThread current() {
        return (GuestThread) Thread.currentThread();
    }

    /** Compiled guests ask this at every turn of a loop: so it is also where they wait for their share of the processor. */
    @Override
    public boolean isInterrupted() {
        if (ahead) {
            while (ahead && !super.isInterrupted()) {
                LockSupport.parkNanos(this, Deadlines.TICK.toNanos());
            }
        }
        return super.isInterrupted();
    }

    ModuleEngine.Run running() {
        ModuleEngine.Run now = run;
        if (now == null) {
            throw new IllegalStateException("No guest runs on " + getName());
        }
        return now;
    }
}
