package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.scaling.HostStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sandboxes of every function of this host. Who reads or changes a group, here or through what is found here, holds the
 * monitor of this object meanwhile.
 */
final class FunctionGroups {
    private final Map<String, FunctionGroup> groups = new HashMap<>();
    private boolean closed;

    FunctionGroup of(String functionKey) {
        return groups.computeIfAbsent(functionKey, key -> new FunctionGroup());
    }

    FunctionGroup of(FunctionVersion version) {
        return of(version.key());
    }

    @Nullable
    FunctionGroup find(String functionKey) {
        return groups.get(functionKey);
    }

    Collection<FunctionGroup> all() {
        return groups.values();
    }

    void forgetIfUnused(String functionKey) {
        groups.computeIfPresent(functionKey, (key, group) -> group.isUnused() ? null : group);
    }

    /** The idle sandbox that is missed least: it has memory, and its function can spare it. */
    Optional<PooledSandbox> longestIdle() {
        return groups.values().stream()
                .map(FunctionGroup::leastMissed)
                .filter(Objects::nonNull)
                .filter(sandbox -> sandbox.promisedMb() > 0)
                .max(Comparator.comparingLong(PooledSandbox::idleNanos));
    }

    /** What the idle sandboxes that can be spared are promised, in MB. */
    long spareMb() {
        return groups.values().stream().mapToLong(FunctionGroup::spareMb).sum();
    }

    /** Whether it is still what runs. */
    synchronized boolean isCurrent(FunctionVersion version) {
        FunctionGroup group = groups.get(version.key());
        return !closed && group != null && version.revisionId().equals(group.revision);
    }

    /** How many sandboxes each function has here. */
    synchronized List<HostStatus.Sandboxes> counts() {
        List<HostStatus.Sandboxes> counts = new ArrayList<>();
        groups.forEach((key, group) -> {
            if (group.size() + group.waiting.size() + group.provisioned > 0) {
                counts.add(new HostStatus.Sandboxes(
                        key,
                        group.idle.size(),
                        group.busy(),
                        Math.max(group.starting, group.waiting.size()),
                        group.provisioned,
                        Math.min(group.kept(), group.provisioned),
                        group.provisioned > 0 ? group.failure : null));
            }
        });
        return counts;
    }

    /** Whether the host is stopping: nothing starts any more, and nothing stays. */
    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
    }
}
