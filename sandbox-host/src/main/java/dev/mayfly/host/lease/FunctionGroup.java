package dev.mayfly.host.lease;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The sandboxes of one function, and who waits for one. The pool guards it. */
final class FunctionGroup {
    /** The weight of the latest time among those before. */
    private static final double LATEST = 0.2;

    final Deque<PooledSandbox> idle = new ArrayDeque<>();

    @Nullable
    String revision;

    private int busy;

    /** Of those, how many were started to stay. */
    private int busyToStay;

    final WaitingLine waiting = new WaitingLine();
    int starting;

    /** Of those, how many are to stay. */
    int startingToStay;

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

    /** The idle one to be used next: one of those that are to stay, if there is one, else whichever was used last. */
    @Nullable
    PooledSandbox pollIdle() {
        if (provisioned > 0) {
            for (PooledSandbox sandbox : idle) {
                if (sandbox.isToStay()) {
                    idle.remove(sandbox);
                    return sandbox;
                }
            }
        }
        return idle.pollFirst();
    }

    /** The idle one that is missed least, unless all are to stay. */
    @Nullable
    PooledSandbox leastMissed() {
        return mayGoOfThoseToStay() > 0 ? idle.peekLast() : leastMissed(sandbox -> !sandbox.isToStay());
    }

    /** Likewise, of those that were started to stay. */
    @Nullable
    PooledSandbox leastMissedToStay() {
        return leastMissed(PooledSandbox::isToStay);
    }

    private @Nullable PooledSandbox leastMissed(Predicate<PooledSandbox> which) {
        for (var each = idle.descendingIterator(); each.hasNext(); ) {
            PooledSandbox sandbox = each.next();
            if (which.test(sandbox)) {
                return sandbox;
            }
        }
        return null;
    }

    /** It is in somebody's hands. */
    void becomesBusy(PooledSandbox sandbox) {
        busy++;
        busyToStay += sandbox.isToStay() ? 1 : 0;
    }

    /** It is in nobody's hands any more. */
    void isBusyNoMore(PooledSandbox sandbox) {
        busy--;
        busyToStay -= sandbox.isToStay() ? 1 : 0;
    }

    int busy() {
        return busy;
    }

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

    /** How many have started that were started to stay: what was started for an invocation is none of them. */
    int kept() {
        return busyToStay + (int) idle.stream().filter(PooledSandbox::isToStay).count();
    }

    /** How many that must stay are neither there nor about to be. */
    int missing() {
        return provisioned - kept() - startingToStay;
    }

    /** How many more were started to stay than must. */
    int mayGoOfThoseToStay() {
        return kept() - provisioned;
    }

    /** What its idle sandboxes that can be spared are promised, in MB. */
    long spareMb() {
        var ordinary = idle.stream().filter(sandbox -> !sandbox.isToStay());
        var toStay = idle.stream().filter(PooledSandbox::isToStay).limit(Math.max(0, mayGoOfThoseToStay()));
        return Stream.concat(ordinary, toStay)
                .mapToLong(PooledSandbox::promisedMb)
                .sum();
    }

    boolean isUnused() {
        return size() == 0 && beginning == 0 && waiting.size() == 0 && desired == 0 && provisioned == 0;
    }
}
