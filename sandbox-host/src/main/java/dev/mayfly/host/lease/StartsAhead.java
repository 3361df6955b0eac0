package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.scaling.ScalingDecision;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts sandboxes that no invocation waits for yet: what the autoscaler wants ahead of need, and what is provisioned.
 * Thread-safe.
 */
final class StartsAhead {
    private static final Logger log = LoggerFactory.getLogger(StartsAhead.class);

    /** After a provisioned sandbox failed to start. */
    private static final Duration START_AGAIN = Duration.ofSeconds(10);

    private final Starts starts;
    private final FunctionGroups groups;
    private final Room room;
    private final ExecutorService background;
    private final Consumer<PooledSandbox> ready;

    /** @param ready takes a sandbox that was started */
    StartsAhead(
            Starts starts,
            FunctionGroups groups,
            Room room,
            ExecutorService background,
            Consumer<PooledSandbox> ready) {
        this.starts = starts;
        this.groups = groups;
        this.room = room;
        this.background = background;
        this.ready = ready;
    }

    /** As {@link SandboxPool#apply} says. */
    void apply(ScalingDecision decision, Optional<FunctionVersion> version) {
        int missing;
        synchronized (groups) {
            FunctionGroup group = groups.of(decision.functionKey());
            group.desired = version.isPresent() ? decision.desired() : 0;
            group.provisioned = version.isPresent() ? decision.provisioned() : 0;
            room.trim(group, sandbox -> group.size() > group.desired);
            missing = groups.isClosed() ? 0 : group.desired - group.size();
            groups.forgetIfUnused(decision.functionKey());
        }
        for (int i = 0; i < missing && version.isPresent(); i++) {
            FunctionVersion wanted = version.get();
            background.execute(() -> startDesired(wanted));
        }
    }

    private void startDesired(FunctionVersion version) {
        boolean toStay;
        synchronized (groups) {
            FunctionGroup group = groups.of(version);
            if (groups.isClosed() || group.size() >= group.desired || !room.reserveFree(version)) {
                return;
            }
            toStay = group.missing() > 0;
            group.revision = version.revisionId();
            group.starting++;
            group.startingToStay += toStay ? 1 : 0;
        }
        try {
            ready.accept(starts.startReserved(version, toStay, null));
        } catch (SandboxStartException | TierUnavailableException e) {
            log.info("No sandbox of {} started ahead of need: {}", version.key(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** As {@link SandboxPool#keep} says. */
    void keep(FunctionVersion version, int provisioned) {
        int missing;
        synchronized (groups) {
            FunctionGroup group = groups.of(version);
            group.desired = Math.max(0, group.desired - group.provisioned) + provisioned;
            group.provisioned = provisioned;
            endSurplus(group);
            boolean tooSoon = group.noStartBeforeNanos - System.nanoTime() > 0;
            missing = groups.isClosed() || tooSoon ? 0 : Math.min(group.missing(), Starts.BEGINNINGS - group.starting);
            if (missing > 0) {
                group.revision = version.revisionId();
                group.starting += missing;
                group.startingToStay += missing;
            }
            groups.forgetIfUnused(version.key());
        }
        for (int i = 0; i < missing; i++) {
            background.execute(() -> startToKeep(version));
        }
    }

    private void endSurplus(FunctionGroup group) {
        while (group.mayGoOfThoseToStay() > 0 && group.size() > group.desired) {
            var surplus = group.leastMissedToStay();
            if (surplus == null) {
                return;
            }
            group.idle.remove(surplus);
            room.endLater(surplus);
        }
    }

    private void startToKeep(FunctionVersion version) {
        try {
            ready.accept(starts.makeRoomAndStart(version, true, null));
            kept(version, null);
        } catch (NoRoomException | SandboxStartException | TierUnavailableException e) {
            log.warn("A provisioned sandbox of {} is missing: {}", version.key(), e.getMessage());
            kept(version, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void kept(FunctionVersion version, @Nullable String failure) {
        synchronized (groups) {
            FunctionGroup group = groups.of(version);
            group.failure = failure;
            if (failure != null) {
                group.noStartBeforeNanos = System.nanoTime() + START_AGAIN.toNanos();
            }
            groups.forgetIfUnused(version.key());
        }
    }
}
