package dev.mayfly.contracts.scaling;

import dev.mayfly.contracts.function.Isolation;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox host offers and holds, published every second.
 *
 * @param url where invokers reach it
 * @param tiers every tier, available or not
 * @param memoryMb what sandboxes may use in all
 * @param memoryUsedMb what running sandboxes have been promised
 */
public record HostStatus(
        String hostId,
        String url,
        List<Tier> tiers,
        long memoryMb,
        long memoryUsedMb,
        List<Sandboxes> sandboxes,
        Instant at) {

    /**
     * One tier on one host.
     *
     * @param checking whether the host is still finding out; not available until then
     * @param reason why not, when not available; else what runs it
     * @param runtimes what runs in it here, e.g. {@code nodejs20.x}; empty when not available
     */
    public record Tier(
            Isolation isolation,
            boolean available,
            boolean checking,
            @Nullable String reason,
            List<String> runtimes) {

        public Tier {
            runtimes = List.copyOf(runtimes);
        }
    }

    /**
     * How many sandboxes one function version has here.
     *
     * @param starting not able to take an invocation yet, and not among the others
     * @param provisioned how many the host is to keep ready: its share of what is provisioned; those that idle are to be paid for
     * @param kept how many of those have started: idle or busy, and started in order to be kept
     * @param failure why the last one that is to be kept ready did not start; null when it did
     */
    public record Sandboxes(
            String functionKey,
            int idle,
            int busy,
            int starting,
            int provisioned,
            int kept,
            @Nullable String failure) {

        /** Of those that are there, as many are kept as are to be. */
        public Sandboxes(
                String functionKey, int idle, int busy, int starting, int provisioned, @Nullable String failure) {
            this(functionKey, idle, busy, starting, provisioned, Math.min(idle + busy, provisioned), failure);
        }

        /** None has failed. */
        public Sandboxes(String functionKey, int idle, int busy, int starting, int provisioned) {
            this(functionKey, idle, busy, starting, provisioned, null);
        }

        /** All have started, and none is kept ready. */
        public Sandboxes(String functionKey, int idle, int busy) {
            this(functionKey, idle, busy, 0, 0, null);
        }
    }
}
