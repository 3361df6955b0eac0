package dev.mayfly.host.lease;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The sandboxes of one function, and who waits for one. The pool guards it. */
final class FunctionGroup {
    final Deque<PooledSandbox> idle = new ArrayDeque<>();

    @Nullable
    String revision;

    int busy;
    final WaitingLine waiting = new WaitingLine();
    int starting;
    int beginning;
    int desired;

    /** Of those that are desired, how many stay whatever happens. */
    int provisioned;

    /** Why the last that must stay did not start. */
    @Nullable
    String failure;

    long noStartBeforeNanos = System.nanoTime();

    int size() {
        return idle.size() + busy + starting;
    }

    /** Whether one can go without one that must stay being missed. */
    boolean canSpare() {
        return size() > provisioned;
    }

    boolean isUnused() {
        return size() == 0 && beginning == 0 && waiting.size() == 0 && desired == 0 && provisioned == 0;
    }
}
