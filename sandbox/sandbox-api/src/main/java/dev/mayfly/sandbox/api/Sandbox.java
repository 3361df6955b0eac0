package dev.mayfly.sandbox.api;

import java.time.Duration;

/** A running sandbox of one function version. One invocation at a time; the caller sees to that. */
public interface Sandbox extends AutoCloseable {
    String id();

    /** How long the function's init phase took: loading the runtime's bootstrap and the user's module. */
    Duration initDuration();

    /** Whether it began as a copy of a snapshot, so that the function's init phase did not run for it. */
    default boolean isRestored() {
        return false;
    }

    /** Whether another invocation may be given to it. */
    boolean isReusable();

    /**
     * Runs one invocation to its end, at the latest at its timeout. After {@link InvocationResult.TimedOut} and
     * {@link InvocationResult.Crashed} the sandbox is dead and {@link #isReusable} false.
     */
    InvocationResult invoke(InvocationRequest request) throws InterruptedException;

    /**
     * Stops every thread in it until {@link #thaw}: it keeps its memory and uses no CPU. Called between invocations, by
     * the thread that may invoke. Idempotent; without effect where nothing runs between invocations.
     */
    default void freeze() {}

    /** Ends {@link #freeze}. Idempotent; {@link #invoke} on a frozen sandbox thaws it first. */
    default void thaw() {}

    /** What it takes of the machine's memory now, in bytes; 0 when it has none of its own between invocations. */
    long residentMemoryBytes();

    /**
     * Gives what runs in it its shutdown phase, of at most 2 s; nothing is invoked after it. Without extensions there is none,
     * and this returns at once. {@link #close} follows.
     */
    default void shutDown() throws InterruptedException {}

    /** Kills all that runs in it and removes every trace: processes, mounts, cgroups, files. Idempotent. */
    @Override
    void close();
}
