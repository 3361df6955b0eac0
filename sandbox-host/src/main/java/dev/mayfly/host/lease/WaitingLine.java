package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The invocations of one function that wait for a sandbox. Each has a start of its own to come, and takes what comes first:
 * a sandbox that was started, for it or for another, or one that another invocation is done with. The pool guards it.
 */
final class WaitingLine {
    /** Where a sandbox comes from. */
    enum Origin {
        /** It was idle and must be woken. */
        IDLE,
        /** Another invocation is just done with it. */
        FREED,
        /** It was started now. */
        STARTED
    }

    /** What a waiter gets. */
    record Handed(PooledSandbox sandbox, Origin origin) {}

    /** One invocation that waits. */
    static final class Waiter {
        private final FunctionVersion version;
        private final Consumer<String> failureLog;
        private final CompletableFuture<Handed> handed = new CompletableFuture<>();
        private final long sinceNanos = System.nanoTime();

        Waiter(FunctionVersion version, Consumer<String> failureLog) {
            this.version = version;
            this.failureLog = failureLog;
        }

        FunctionVersion version() {
            return version;
        }

        long waitedNanos() {
            return System.nanoTime() - sinceNanos;
        }

        Consumer<String> failureLog() {
            return failureLog;
        }

        /** Waits for its sandbox, or for the failure of the start that was its own. */
        Handed await() throws NoRoomException, SandboxStartException, TierUnavailableException, InterruptedException {
            try {
                return handed.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case NoRoomException noRoom -> throw noRoom;
                    case SandboxStartException failed -> throw failed;
                    case TierUnavailableException absent -> throw absent;
                    case null, default ->
                        throw new IllegalStateException("A sandbox could not be started", e.getCause());
                }
            }
        }

        /** Its own start failed; false when it was served meanwhile. */
        boolean fail(Exception failure) {
            return handed.completeExceptionally(failure);
        }

        /** It waits no longer; what it was handed already goes to {@code heir}. */
        void giveUp(Consumer<Handed> heir) {
            handed.cancel(false);
            if (handed.isDone() && !handed.isCompletedExceptionally()) {
                heir.accept(handed.join());
            }
        }

        boolean take(PooledSandbox sandbox, Origin origin) {
            sandbox.begins();
            return handed.complete(new Handed(sandbox, origin));
        }
    }

    private final Deque<Waiter> waiting = new ArrayDeque<>();
    private final Deque<Waiter> notBegun = new ArrayDeque<>();

    void join(Waiter waiter) {
        waiting.addLast(waiter);
        notBegun.addLast(waiter);
    }

    void leave(Waiter waiter) {
        waiting.remove(waiter);
        notBegun.remove(waiter);
    }

    /** Gives the sandbox to the first that can use it; false when nobody can. */
    boolean serve(PooledSandbox sandbox, Origin origin) {
        String revision = sandbox.version().revisionId();
        for (Waiter waiter : waiting) {
            if (waiter.version.revisionId().equals(revision)) {
                leave(waiter);
                return waiter.take(sandbox, origin);
            }
        }
        return false;
    }

    /** The first for whom no start has begun, or null. */
    @Nullable
    Waiter nextToBegin() {
        return notBegun.peekFirst();
    }

    /** How many stand before {@link #nextToBegin}. */
    int beforeNextToBegin() {
        return waiting.size() - notBegun.size();
    }

    /** For {@link #nextToBegin} a start begins. */
    void begins() {
        notBegun.removeFirst();
    }

    int size() {
        return waiting.size();
    }
}
