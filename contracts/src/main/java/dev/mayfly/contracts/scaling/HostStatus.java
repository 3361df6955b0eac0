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
 * @param runtimes the runtimes that are installed, e.g. {@code nodejs20.x}
 * @param memoryMb what sandboxes may use in all
 * @param memoryUsedMb what running sandboxes have been promised
 */
public record HostStatus(
        String hostId,
        String url,
        List<Tier> tiers,
        List<String> runtimes,
        long memoryMb,
        long memoryUsedMb,
        List<Sandboxes> sandboxes,
        Instant at) {

    /** @param reason why not, when not available; else what runs it */
    public record Tier(
            Isolation isolation,
            boolean available,
            @Nullable String reason) {}

    /** How many sandboxes one function version has here. */
    public record Sandboxes(String functionKey, int idle, int busy) {}
}
