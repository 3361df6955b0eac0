package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.host.lease.WaitingLine.Origin;
import dev.mayfly.host.lease.WaitingLine.Waiter;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts sandboxes for the invocations that wait for one. Thread-safe. */
final class Starts {
    private static final Logger log = LoggerFactory.getLogger(Starts.class);

    /** Starts one sandbox; seen by tests. */
    @FunctionalInterface
    interface Starter {
        PooledSandbox start(FunctionVersion version, boolean toStay, @Nullable Consumer<String> failureLog)
                throws SandboxStartException, TierUnavailableException, InterruptedException;
    }

    /** How many starts of one function may be in their first moments at once: more would only slow each other down. */
    static final int BEGINNINGS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private static final long FIRST_MOMENTS_MILLIS = 200;

    /** After a start those that wait have the sandbox for so long before the next start takes a core from it. */
    private static final long PAUSE_MILLIS = 20;

    /** How often the line of those for whom no start has begun is looked at. */
    private static final long LOOK_MILLIS = 10;

    private final Starter starter;
    private final FunctionGroups groups;
    private final Room room;
    private final ExecutorService background;
    private final Consumer<PooledSandbox> unused;

    /** @param unused takes a sandbox that was started and that nobody waits for any more */
    Starts(
            Starter starter,
            FunctionGroups groups,
            Room room,
            ExecutorService background,
            Consumer<PooledSandbox> unused) {
        this.starter = starter;
        this.groups = groups;
        this.room = room;
        this.background = background;
        this.unused = unused;
    }

    /**
     * Begins starts for those that wait, a few at a time, and none for those that are likely to be served sooner by a sandbox
     * that is freed: to start one costs many times what a short invocation does, and takes that from those that run.
     */
    void begin(String functionKey) {
        while (true) {
            Waiter next;
            synchronized (groups) {
                FunctionGroup group = groups.find(functionKey);
                if (group == null || group.beginning >= BEGINNINGS) {
                    return;
                }
                next = group.waiting.nextToBegin();
                if (next == null) {
                    return;
                }
                if (group.isLikelyServedSooner(next, group.waiting.beforeNextToBegin())) {
                    lookAgain(functionKey, group);
                    return;
                }
                group.waiting.begins();
                group.beginning++;
                group.starting++;
            }
            background.execute(() -> start(next));
        }
    }

    private void lookAgain(String functionKey, FunctionGroup group) {
        if (!group.looksAgain) {
            group.looksAgain = true;
            later(LOOK_MILLIS, () -> {
                synchronized (groups) {
                    group.looksAgain = false;
                }
                begin(functionKey);
            });
        }
    }

    private void start(Waiter waiter) {
        FunctionVersion version = waiter.version();
        Runnable begun = onlyOnce(() -> {
            synchronized (groups) {
                groups.of(version).beginning--;
                groups.forgetIfUnused(version.key());
            }
            begin(version.key());
        });
        later(FIRST_MOMENTS_MILLIS, begun);
        try {
            PooledSandbox started = makeRoomAndStart(version, false, waiter.failureLog());
            if (!serve(started)) {
                unused.accept(started);
            }
        } catch (NoRoomException | SandboxStartException | TierUnavailableException | RuntimeException e) {
            fail(waiter, e);
        } catch (InterruptedException e) {
            fail(waiter, SandboxStartException.platform("The host is stopping", e));
            Thread.currentThread().interrupt();
        } finally {
            later(PAUSE_MILLIS, begun);
        }
    }

    private static void later(long millis, Runnable action) {
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(action);
    }

    private static Runnable onlyOnce(Runnable action) {
        var done = new AtomicBoolean();
        return () -> {
            if (done.compareAndSet(false, true)) {
                action.run();
            }
        };
    }

    private boolean serve(PooledSandbox started) {
        synchronized (groups) {
            return groups.of(started.version()).waiting.serve(started, Origin.STARTED);
        }
    }

    private void fail(Waiter waiter, Exception failure) {
        leave(waiter);
        if (!waiter.fail(failure)) {
            log.info(
                    "A sandbox of {} that nobody waits for failed to start: {}",
                    waiter.version().key(),
                    failure.toString());
        }
    }

    /** It is no longer in the line. */
    void leave(Waiter waiter) {
        synchronized (groups) {
            groups.of(waiter.version()).waiting.leave(waiter);
            groups.forgetIfUnused(waiter.version().key());
        }
    }

    /** Starts one that counts as starting already; idle ones end for it when memory is short. It is busy then. */
    PooledSandbox makeRoomAndStart(FunctionVersion version, boolean toStay, @Nullable Consumer<String> failureLog)
            throws NoRoomException, SandboxStartException, TierUnavailableException, InterruptedException {
        try {
            room.reserve(version);
        } catch (NoRoomException e) {
            synchronized (groups) {
                FunctionGroup group = groups.of(version);
                group.starting--;
                group.startingToStay -= toStay ? 1 : 0;
            }
            throw e;
        }
        return startReserved(version, toStay, failureLog);
    }

    /** Starts one that counts as starting already and whose memory is reserved. It is busy then. */
    PooledSandbox startReserved(FunctionVersion version, boolean toStay, @Nullable Consumer<String> failureLog)
            throws SandboxStartException, TierUnavailableException, InterruptedException {
        @Nullable PooledSandbox started = null;
        try {
            started = starter.start(version, toStay, failureLog);
            return started;
        } finally {
            synchronized (groups) {
                FunctionGroup group = groups.of(version);
                group.starting--;
                group.startingToStay -= toStay ? 1 : 0;
                if (started != null) {
                    group.becomesBusy(started);
                    group.started(started.startNanos());
                    started.promise(version.memoryMb());
                } else {
                    room.giveBack(version);
                    groups.forgetIfUnused(version.key());
                }
            }
        }
    }
}
