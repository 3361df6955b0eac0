package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.linux.GuestProcess;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What runs one function, and goes on running between invocations: a container, a virtual machine. */
public interface Guest extends AutoCloseable {
    GuestLink link();

    /** Its extensions, or null where it can have none. */
    default @Nullable Extensions extensions() {
        return null;
    }

    /** Asks its runtime to end, where it can be asked. */
    default void terminate() {}

    /** Passes on all that the guest has written to its log up to now. */
    void flushLog();

    /** CPU time used up to now. */
    long cpuNanos();

    /** The highest memory use up to now. */
    long peakMemoryBytes();

    long residentMemoryBytes();

    /** Whether memory ran out in it. */
    boolean ranOutOfMemory();

    /** The init phase is over: from now on it has the processor share that its size gives. */
    void initialised() throws IOException;

    void freeze() throws IOException;

    void thaw() throws IOException;

    /** Ends it: what waits for it learns that it has ended. */
    void kill();

    /** Waits for its end, at most that long; null when it has not ended by then. */
    GuestProcess.@Nullable Exit awaitExit(long time, TimeUnit unit) throws InterruptedException;

    /** How it ended, or null while it runs. */
    GuestProcess.@Nullable Exit exitNow();

    /** Kills it and removes every trace of it. Called once. */
    @Override
    void close();
}
