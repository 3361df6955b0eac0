package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import dev.mayfly.host.lease.WaitingLine.Handed;
import dev.mayfly.host.lease.WaitingLine.Origin;
import dev.mayfly.host.lease.WaitingLine.Waiter;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All sandboxes of this host. An invocation leases an idle one of its function's revision, or a new one when there is none;
 * memory is promised before a sandbox is started, and idle sandboxes make room for others. Thread-safe.
 */
public final class SandboxPool implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);

    /** Starts one sandbox; seen by tests. */
    @FunctionalInterface
    interface Starter {
        PooledSandbox start(FunctionVersion version, boolean provisioned, Consumer<String> failureLog)
                throws SandboxStartException, TierUnavailableException, InterruptedException;
    }

    /** How many starts of one function may be in their first moments at once: more would only slow each other down. */
    private static final int BEGINNINGS = Math.max(2, Runtime.getRuntime().availableProcessors());

    /** After a provisioned sandbox failed to start. */
    private static final Duration START_AGAIN = Duration.ofSeconds(10);

    private static final long FIRST_MOMENTS_MILLIS = 200;

    /** After a start those that wait have the sandbox for so long before the next start takes a core from it. */
    private static final long PAUSE_MILLIS = 20;

    private final Starter starter;
    private final SandboxLimits limits;
    private final Map<String, FunctionGroup> groups = new HashMap<>();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final Freezer freezer;
    private final Snapshots snapshots;
    private final PromisedMemory memory;
    private boolean closed;

    SandboxPool(Starter starter, Snapshots.Taker snapshots, SandboxLimits limits) {
        this.starter = starter;
        this.limits = limits;
        this.memory = new PromisedMemory(limits.memoryMb());
        this.freezer = new Freezer(limits.freezeAfter());
        this.snapshots = new Snapshots(snapshots, memory, this::isCurrent);
    }

    /** A pool over {@code starter}. */
    static SandboxPool over(SandboxStarter starter, SandboxLimits limits) {
        return new SandboxPool(starter::start, starter::snapshot, limits);
    }

    /**
     * A sandbox for one invocation of {@code version}. The caller closes the lease.
     *
     * @param failureLog takes what a sandbox wrote that could not be started
     * @throws NoRoomException when its memory cannot be promised
     * @throws SandboxStartException when a new one was needed and could not be started
     */
    public Lease acquire(FunctionVersion version, Consumer<String> failureLog)
            throws NoRoomException, SandboxStartException, TierUnavailableException, InterruptedException {
        while (true) {
            Waiter waiter = claim(version, failureLog);
            begin(version.key());
            Handed handed = await(waiter);
            if (handed.origin() != Origin.IDLE || wake(handed.sandbox())) {
                return new Lease(this, handed.sandbox(), handed.origin() == Origin.STARTED);
            }
        }
    }

    private Handed await(Waiter waiter)
            throws NoRoomException, SandboxStartException, TierUnavailableException, InterruptedException {
        try {
            return waiter.await();
        } catch (InterruptedException e) {
            synchronized (this) {
                groupOf(waiter.version()).waiting.leave(waiter);
                forgetIfUnused(waiter.version().key());
            }
            waiter.giveUp(late -> giveBack(late.sandbox()));
            throw e;
        }
    }

    /** Begins starts for those that wait, a few at a time: a freed sandbox may be there before the later ones are needed. */
    private void begin(String functionKey) {
        while (true) {
            Waiter next;
            synchronized (this) {
                FunctionGroup group = groups.get(functionKey);
                if (group == null || group.beginning >= BEGINNINGS) {
                    return;
                }
                next = group.waiting.nextToBegin();
                if (next == null) {
                    return;
                }
                group.beginning++;
                group.starting++;
            }
            background.execute(() -> start(next));
        }
    }

    private void start(Waiter waiter) {
        FunctionVersion version = waiter.version();
        Runnable begun = onlyOnce(() -> {
            synchronized (this) {
                groupOf(version).beginning--;
                forgetIfUnused(version.key());
            }
            begin(version.key());
        });
        later(FIRST_MOMENTS_MILLIS, begun);
        try {
            reserveForStart(version);
            PooledSandbox started = startReserved(version, false, waiter.failureLog());
            if (!serve(started, Origin.STARTED)) {
                giveBack(started);
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

    private void fail(Waiter waiter, Exception failure) {
        synchronized (this) {
            groupOf(waiter.version()).waiting.leave(waiter);
            forgetIfUnused(waiter.version().key());
        }
        if (!waiter.fail(failure)) {
            log.info(
                    "A sandbox of {} that nobody waits for failed to start: {}",
                    waiter.version().key(),
                    failure.toString());
        }
    }

    private synchronized boolean serve(PooledSandbox sandbox, Origin origin) {
        return groupOf(sandbox.version()).waiting.serve(sandbox, origin);
    }

    private void reserveForStart(FunctionVersion version) throws NoRoomException {
        try {
            reserve(version);
        } catch (NoRoomException e) {
            synchronized (this) {
                groupOf(version).starting--;
            }
            throw e;
        }
    }

    /** Makes a sandbox ready that was idle and counts as busy; false when it does not wake and is on its way out. */
    private boolean wake(PooledSandbox sandbox) throws NoRoomException {
        if (!sandbox.livesWhileIdle()) {
            try {
                reserve(sandbox.version());
            } catch (NoRoomException e) {
                giveBack(sandbox);
                throw e;
            }
            synchronized (this) {
                sandbox.promise(sandbox.version().memoryMb());
            }
        }
        try {
            sandbox.lease();
            if (sandbox.sandbox().isReusable()) {
                return true;
            }
        } catch (RuntimeException e) {
            log.warn("Sandbox {} does not wake up", sandbox.sandbox().id(), e);
        }
        synchronized (this) {
            groupOf(sandbox.version()).busy--;
        }
        background.execute(() -> end(sandbox));
        return false;
    }

    /** An idle sandbox at once, or a place in the line. */
    private synchronized Waiter claim(FunctionVersion version, Consumer<String> failureLog) {
        if (closed) {
            throw new IllegalStateException("The host is stopping");
        }
        FunctionGroup group = groups.computeIfAbsent(version.key(), key -> new FunctionGroup());
        if (!version.revisionId().equals(group.revision)) {
            group.revision = version.revisionId();
            drain(group, sandbox -> !sandbox.version().revisionId().equals(version.revisionId()));
        }
        var waiter = new Waiter(version, failureLog);
        PooledSandbox idle = group.idle.pollFirst();
        if (idle == null) {
            group.waiting.join(waiter);
        } else {
            group.busy++;
            waiter.take(idle, Origin.IDLE);
        }
        return waiter;
    }

    /** Promises the memory of one sandbox; ends idle ones for it when it must. */
    private void reserve(FunctionVersion version) throws NoRoomException {
        while (true) {
            PooledSandbox victim;
            synchronized (this) {
                if (memory.promise(version.memoryMb())) {
                    return;
                }
                Optional<PooledSandbox> oldest = longestIdle();
                if (oldest.isEmpty()) {
                    throw new NoRoomException("All " + memory.limitMb() + " MB for sandboxes are in use; "
                            + version.memoryMb() + " MB more are needed");
                }
                victim = oldest.get();
                groupOf(victim.version()).idle.remove(victim);
            }
            // Somebody waits for its memory: there is no time for a shutdown phase.
            end(victim, PooledSandbox::close);
        }
    }

    private PooledSandbox startReserved(FunctionVersion version, boolean provisioned, Consumer<String> failureLog)
            throws SandboxStartException, TierUnavailableException, InterruptedException {
        @Nullable PooledSandbox started = null;
        try {
            started = starter.start(version, provisioned, failureLog);
            return started;
        } finally {
            synchronized (this) {
                FunctionGroup group = groupOf(version);
                group.starting--;
                if (started != null) {
                    group.busy++;
                    started.promise(version.memoryMb());
                } else {
                    memory.giveBack(version.memoryMb());
                    forgetIfUnused(version.key());
                }
            }
        }
    }

    /** Takes a sandbox back: to be used again, or to be ended. */
    void giveBack(PooledSandbox sandbox) {
        sandbox.log().readByNobody();
        boolean stopping;
        synchronized (this) {
            stopping = closed;
            FunctionGroup group = groupOf(sandbox.version());
            boolean current = sandbox.version().revisionId().equals(group.revision);
            if (!closed
                    && current
                    && sandbox.sandbox().isReusable()
                    && sandbox.ageNanos() < limits.lifetime().toNanos()) {
                if (group.waiting.serve(sandbox, Origin.FREED)) {
                    return;
                }
                group.busy--;
                if (!sandbox.livesWhileIdle()) {
                    memory.giveBack(sandbox.promisedMb());
                    sandbox.promise(0);
                }
                if (sandbox.isFirstUse() && sandbox.livesWhileIdle()) {
                    snapshots.started(sandbox.version(), sandbox.sandbox().isRestored());
                }
                sandbox.release();
                group.idle.addFirst(sandbox);
                freezer.idle(sandbox);
                return;
            }
            group.busy--;
        }
        if (stopping) {
            end(sandbox);
        } else {
            background.execute(() -> end(sandbox));
        }
    }

    private void end(PooledSandbox sandbox) {
        end(sandbox, PooledSandbox::retire);
    }

    private void end(PooledSandbox sandbox, Consumer<PooledSandbox> how) {
        try {
            how.accept(sandbox);
        } catch (RuntimeException e) {
            log.error(
                    "Sandbox {} could not be cleaned up whole",
                    sandbox.sandbox().id(),
                    e);
        } finally {
            synchronized (this) {
                memory.giveBack(sandbox.promisedMb());
                sandbox.promise(0);
                forgetIfUnused(sandbox.version().key());
            }
        }
    }

    /** A new revision is what runs from now on. */
    public synchronized void changed(FunctionVersion version) {
        FunctionGroup group = groups.get(version.key());
        if (group != null) {
            group.revision = version.revisionId();
            drain(group, sandbox -> !sandbox.version().revisionId().equals(version.revisionId()));
        }
    }

    /** The function is gone: its idle sandboxes end now, busy ones after their invocation. */
    public synchronized void deleted(String functionKey) {
        snapshots.forget(functionKey);
        FunctionGroup group = groups.get(functionKey);
        if (group != null) {
            group.revision = null;
            group.desired = 0;
            group.provisioned = 0;
            drain(group, sandbox -> true);
        }
    }

    /**
     * Follows the autoscaler: starts what is missing ahead of need, as far as memory is free, and ends idle sandboxes above
     * what is desired.
     */
    public void apply(ScalingDecision decision, Optional<FunctionVersion> version) {
        int missing;
        synchronized (this) {
            FunctionGroup group = groups.computeIfAbsent(decision.functionKey(), key -> new FunctionGroup());
            group.desired = version.isPresent() ? decision.desired() : 0;
            group.provisioned = version.isPresent() ? decision.provisioned() : 0;
            while (!group.idle.isEmpty() && group.size() > group.desired) {
                PooledSandbox surplus = group.idle.removeLast();
                background.execute(() -> end(surplus));
            }
            missing = closed ? 0 : group.desired - group.size();
            forgetIfUnused(decision.functionKey());
        }
        for (int i = 0; i < missing && version.isPresent(); i++) {
            FunctionVersion wanted = version.get();
            background.execute(() -> startAhead(wanted));
        }
    }

    private void startAhead(FunctionVersion version) {
        boolean provisioned;
        synchronized (this) {
            FunctionGroup group = groupOf(version);
            if (closed || group.size() >= group.desired || !memory.promise(version.memoryMb())) {
                return;
            }
            provisioned = group.size() < group.provisioned;
            group.revision = version.revisionId();
            group.starting++;
        }
        try {
            giveBack(startReserved(version, provisioned, line -> log.debug("{}: {}", version.key(), line)));
        } catch (SandboxStartException | TierUnavailableException e) {
            log.info("No sandbox of {} started ahead of need: {}", version.key(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Sees to it that so many sandboxes of {@code version} are there: starts what is missing, at the expense of idle ones of
     * other functions.
     */
    public void keep(FunctionVersion version, int provisioned) {
        int missing;
        synchronized (this) {
            FunctionGroup group = groupOf(version);
            group.provisioned = provisioned;
            group.desired = Math.max(group.desired, provisioned);
            boolean tooSoon = group.noStartBeforeNanos - System.nanoTime() > 0;
            missing = closed || tooSoon ? 0 : Math.min(provisioned - group.size(), BEGINNINGS - group.starting);
            if (missing > 0) {
                group.revision = version.revisionId();
                group.starting += missing;
            }
            forgetIfUnused(version.key());
        }
        for (int i = 0; i < missing; i++) {
            background.execute(() -> startToKeep(version));
        }
    }

    private void startToKeep(FunctionVersion version) {
        try {
            reserveForStart(version);
            giveBack(startReserved(version, true, line -> log.debug("{}: {}", version.key(), line)));
            kept(version, null);
        } catch (NoRoomException | SandboxStartException | TierUnavailableException e) {
            log.warn("A provisioned sandbox of {} is missing: {}", version.key(), e.getMessage());
            kept(version, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void kept(FunctionVersion version, @Nullable String failure) {
        FunctionGroup group = groupOf(version);
        group.failure = failure;
        if (failure != null) {
            group.noStartBeforeNanos = System.nanoTime() + START_AGAIN.toNanos();
        }
        forgetIfUnused(version.key());
    }

    /** Ends what has been idle for too long, is too old, or has died while idle. */
    public void sweep() {
        synchronized (this) {
            for (FunctionGroup group : List.copyOf(groups.values())) {
                drain(
                        group,
                        sandbox -> (sandbox.idleNanos() > limits.keepAlive().toNanos() && group.canSpare())
                                || sandbox.ageNanos() > limits.lifetime().toNanos()
                                || !sandbox.sandbox().isReusable());
            }
        }
    }

    private void drain(FunctionGroup group, Predicate<PooledSandbox> which) {
        group.idle.removeIf(sandbox -> {
            boolean goes = which.test(sandbox);
            if (goes) {
                background.execute(() -> end(sandbox));
            }
            return goes;
        });
    }

    private Optional<PooledSandbox> longestIdle() {
        return groups.values().stream()
                .filter(group -> !group.idle.isEmpty() && group.canSpare())
                .map(group -> group.idle.getLast())
                .filter(sandbox -> sandbox.promisedMb() > 0)
                .max(Comparator.comparingLong(PooledSandbox::idleNanos));
    }

    private synchronized boolean isCurrent(FunctionVersion version) {
        FunctionGroup group = groups.get(version.key());
        return !closed && group != null && version.revisionId().equals(group.revision);
    }

    private FunctionGroup groupOf(FunctionVersion version) {
        return groups.computeIfAbsent(version.key(), key -> new FunctionGroup());
    }

    private void forgetIfUnused(String functionKey) {
        groups.computeIfPresent(functionKey, (key, group) -> group.isUnused() ? null : group);
    }

    public long memoryMb() {
        return memory.limitMb();
    }

    public long promisedMb() {
        return memory.promisedMb();
    }

    /** How many sandboxes each function has here. */
    public synchronized List<HostStatus.Sandboxes> sandboxes() {
        List<HostStatus.Sandboxes> counts = new ArrayList<>();
        groups.forEach((key, group) -> {
            if (group.size() + group.waiting.size() + group.provisioned > 0) {
                counts.add(new HostStatus.Sandboxes(
                        key,
                        group.idle.size(),
                        group.busy,
                        Math.max(group.starting, group.waiting.size()),
                        group.provisioned,
                        group.provisioned > 0 ? group.failure : null));
            }
        });
        return counts;
    }

    /** Ends every idle sandbox and waits until they are gone; busy ones end with their invocation. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            groups.values().forEach(group -> drain(group, sandbox -> true));
        }
        freezer.close();
        snapshots.close();
        background.close();
    }
}
