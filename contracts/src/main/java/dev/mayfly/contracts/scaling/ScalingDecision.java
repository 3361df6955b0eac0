package dev.mayfly.contracts.scaling;

import java.time.Instant;

/**
 * How many sandboxes a function version should have. Hosts start what is missing and end idle ones above it; they never
 * end a busy one for it.
 *
 * @param desired sandboxes over all hosts
 * @param reason for people: which rule decided, with its figures
 */
public record ScalingDecision(String functionKey, int desired, String reason, Instant at) {}
