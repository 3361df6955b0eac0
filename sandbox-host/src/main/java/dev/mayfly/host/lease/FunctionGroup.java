package dev.mayfly.host.lease;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The sandboxes of one function, and who waits for one. The pool guards it. */
final class FunctionGroup {
    /** The weight of the latest time among those before. */
    private static final double LATEST = 0.2;

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

    /** Typical times, of late; 0 when there was none yet. */
    private double useNanos;

    private double startNanos;

    /** Whether somebody will look soon at who still waits. */
    boolean looksAgain;

    /** An invocation had a sandbox for so long; 0 when nobody had it. */
    void used(long nanos) {
        useNanos = nanos == 0 ? useNanos : typical(useNanos, nanos);
    }

    /** A sandbox took so long to start. */
    void started(long nanos) {
        startNanos = typical(startNanos, nanos);
    }

    private static double typical(double before, long latest) {
        return before == 0 ? latest : before + LATEST * (latest - before);
    }

    /**
     * Whether those that are busy are likely to be free for {@code waiter}, behind so many others, well before a new one could
     * have started; when it has waited for half of that time already, that is no longer believed.
     */
    boolean isLikelyServedSooner(WaitingLine.Waiter waiter, int before) {
        if (busy == 0 || useNanos == 0 || startNanos == 0) {
            return false;
        }
        double patience = startNanos / 2;
        return useNanos * (before + 1) / busy < patience && waiter.waitedNanos() < patience;
    }

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
