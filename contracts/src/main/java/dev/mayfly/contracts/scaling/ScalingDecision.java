package dev.mayfly.contracts.scaling;

import java.time.Instant;

/**
 * How many sandboxes a function version should have. Hosts start what is missing and end idle ones above it; they never
 * end a busy one for it.
 *
 * @param desired sandboxes over all hosts
 * @param provisioned how many of those are kept ready whatever happens: neither idleness nor others' need of memory ends
 *     them, and those that die are replaced. The hosts that can run the version divide them among themselves.
 * @param reason for people: which rule decided, with its figures
 */
public record ScalingDecision(String functionKey, int desired, int provisioned, String reason, Instant at) {

    /** Without any that are kept ready. */
    public ScalingDecision(String functionKey, int desired, String reason, Instant at) {
        this(functionKey, desired, 0, reason, at);
    }
}
