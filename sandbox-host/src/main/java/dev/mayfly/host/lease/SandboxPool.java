package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import dev.mayfly.host.lease.WaitingLine.Handed;
import dev.mayfly.host.lease.WaitingLine.Origin;
import dev.mayfly.host.lease.WaitingLine.Waiter;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All sandboxes of this host. An invocation leases an idle one of its function's revision, or a new one when there is none;
 * memory is promised before a sandbox is started, and idle sandboxes make room for others. Thread-safe.
 */
public final class SandboxPool implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);

    private final SandboxLimits limits;
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final FunctionGroups groups = new FunctionGroups();
    private final PromisedMemory memory;
    private final Room room;
    private final Starts starts;
    private final StartsAhead startsAhead;
    private final Freezer freezer;
    private final Snapshots snapshots;

    SandboxPool(Starts.Starter starter, Snapshots.Taker snapshots, SandboxLimits limits) {
        this.limits = limits;
        this.memory = new PromisedMemory(limits.memoryMb());
        this.room = new Room(groups, memory, background);
        this.starts = new Starts(starter, groups, room, background, this::giveBack);
        this.startsAhead = new StartsAhead(starts, groups, room, background, this::giveBack);
        this.freezer = new Freezer(limits.freezeAfter());
        this.snapshots = new Snapshots(snapshots, memory, groups::isCurrent);
    }

    /** A pool over {@code starter}. */
    static SandboxPool over(SandboxStarter starter, SandboxLimits limits) {
        return new SandboxPool(starter::start, starter, limits);
    }

    /** Where what runs beside the sandboxes has its memory promised too. */
    Room room() {
        return room;
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
            starts.begin(version.key());
            Handed handed = await(waiter);
            if (handed.origin() != Origin.IDLE || wake(handed.sandbox())) {
                return new Lease(this, handed.sandbox(), handed.origin() == Origin.STARTED);
            }
        }
    }

    /** An idle sandbox at once, or a place in the line. */
    private Waiter claim(FunctionVersion version, Consumer<String> failureLog) {
        synchronized (groups) {
            if (groups.isClosed()) {
                throw new IllegalStateException("The host is stopping");
            }
            FunctionGroup group = groups.of(version);
            if (!version.revisionId().equals(group.revision)) {
                replaceBy(version, group);
            }
            var waiter = new Waiter(version, failureLog);
            PooledSandbox idle = group.pollIdle();
            if (idle == null) {
                group.waiting.join(waiter);
            } else {
                group.becomesBusy(idle);
                waiter.take(idle, Origin.IDLE);
            }
            return waiter;
        }
    }

    private Handed await(Waiter waiter)
            throws NoRoomException, SandboxStartException, TierUnavailableException, InterruptedException {
        try {
            return waiter.await();
        } catch (InterruptedException e) {
            starts.leave(waiter);
            waiter.giveUp(late -> giveBack(late.sandbox()));
            throw e;
        }
    }

    /** Makes a sandbox ready that was idle and counts as busy; false when it does not wake and is on its way out. */
    private boolean wake(PooledSandbox sandbox) throws NoRoomException {
        if (!sandbox.livesWhileIdle()) {
            try {
                room.reserve(sandbox.version());
            } catch (NoRoomException e) {
                giveBack(sandbox);
                throw e;
            }
            synchronized (groups) {
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
        synchronized (groups) {
            groups.of(sandbox.version()).isBusyNoMore(sandbox);
        }
        room.endLater(sandbox);
        return false;
    }

    /** Takes a sandbox back: to be used again, or to be ended. */
    void giveBack(PooledSandbox sandbox) {
        sandbox.log().readByNobody();
        boolean stopping;
        synchronized (groups) {
            stopping = groups.isClosed();
            FunctionGroup group = groups.of(sandbox.version());
            group.used(sandbox.ends());
            if (!stopping && mayStay(sandbox, group)) {
                if (!group.waiting.serve(sandbox, Origin.FREED)) {
                    group.isBusyNoMore(sandbox);
                    becomesIdle(sandbox, group);
                }
                return;
            }
            group.isBusyNoMore(sandbox);
        }
        if (stopping) {
            room.end(sandbox);
        } else {
            room.endLater(sandbox);
        }
    }

    private boolean mayStay(PooledSandbox sandbox, FunctionGroup group) {
        return sandbox.version().revisionId().equals(group.revision)
                && sandbox.sandbox().isReusable()
                && sandbox.ageNanos() < limits.lifetime().toNanos();
    }

    private void becomesIdle(PooledSandbox sandbox, FunctionGroup group) {
        if (!sandbox.livesWhileIdle()) {
            room.takeBack(sandbox);
        } else if (sandbox.isFirstUse()) {
            snapshots.started(sandbox.version(), sandbox.sandbox().isRestored());
        }
        sandbox.release();
        group.idle.addFirst(sandbox);
        freezer.idle(sandbox);
    }

    /** A new revision is what runs from now on. */
    public void changed(FunctionVersion version) {
        synchronized (groups) {
            FunctionGroup group = groups.find(version.key());
            if (group != null) {
                replaceBy(version, group);
            }
        }
    }

    private void replaceBy(FunctionVersion version, FunctionGroup group) {
        group.revision = version.revisionId();
        room.drain(group, sandbox -> !sandbox.version().revisionId().equals(version.revisionId()));
    }

    /** The function is gone: its idle sandboxes end now, busy ones after their invocation. */
    public void deleted(String functionKey) {
        snapshots.forget(functionKey);
        synchronized (groups) {
            FunctionGroup group = groups.find(functionKey);
            if (group != null) {
                group.revision = null;
                group.desired = 0;
                group.provisioned = 0;
                room.drain(group, sandbox -> true);
            }
        }
    }

    /**
     * Follows the autoscaler: starts what is missing ahead of need, as far as memory is free, and ends idle sandboxes above
     * what is desired.
     */
    public void apply(ScalingDecision decision, Optional<FunctionVersion> version) {
        startsAhead.apply(decision, version);
    }

    /**
     * Sees to it that so many sandboxes of {@code version} are there that were started to stay: starts what is missing, at the
     * expense of idle ones of other functions, and ends idle ones when it is to be fewer than before. What was started for an
     * invocation is none of them.
     */
    public void keep(FunctionVersion version, int provisioned) {
        startsAhead.keep(version, provisioned);
    }

    /** Ends what has been idle for too long, is too old, or has died while idle. */
    public void sweep() {
        synchronized (groups) {
            for (FunctionGroup group : groups.all()) {
                room.drain(
                        group,
                        sandbox -> sandbox.ageNanos() > limits.lifetime().toNanos()
                                || !sandbox.sandbox().isReusable());
                room.trim(
                        group,
                        sandbox -> sandbox.idleNanos() > limits.keepAlive().toNanos());
            }
        }
    }

    /** What sandboxes may be promised in all, in MB. */
    public long memoryMb() {
        return memory.limitMb();
    }

    /** What they are promised now, in MB. */
    public long promisedMb() {
        return memory.promisedMb();
    }

    /** How many sandboxes each function has here. */
    public List<HostStatus.Sandboxes> sandboxes() {
        return groups.counts();
    }

    /** Ends every idle sandbox and waits until they are gone; busy ones end with their invocation. */
    @Override
    public void close() {
        synchronized (groups) {
            groups.close();
            groups.all().forEach(group -> room.drain(group, sandbox -> true));
        }
        freezer.close();
        snapshots.close();
        background.close();
    }
}
