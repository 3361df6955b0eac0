package dev.mayfly.sandbox.api;

import java.time.Duration;

/** A running sandbox of one function version. One invocation at a time; the caller sees to that. */
public interface Sandbox extends AutoCloseable {
    String id();

    /** How long the function's init phase took: loading the runtime's bootstrap and the user's module. */
    Duration initDuration();

    /** Whether another invocation may be given to it. */
    boolean isReusable();

    /**
     * Runs one invocation to its end, at the latest at its timeout. After {@link InvocationResult.TimedOut} and
     * {@link InvocationResult.Crashed} the sandbox is dead and {@link #isReusable} false.
     */
    InvocationResult invoke(InvocationRequest request) throws InterruptedException;

    /** Kills all that runs in it and removes every trace: processes, mounts, cgroups, files. Idempotent. */
    @Override
    void close();
}
