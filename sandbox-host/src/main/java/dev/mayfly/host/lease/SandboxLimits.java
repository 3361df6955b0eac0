package dev.mayfly.host.lease;

import java.time.Duration;

/**
 * How long sandboxes last, and how much memory there is.
 *
 * @param memoryMb what sandboxes may be promised in all
 * @param keepAlive how long an idle one stays
 * @param lifetime how old one may get
 * @param freezeAfter how long one is idle before it is frozen
 */
record SandboxLimits(long memoryMb, Duration keepAlive, Duration lifetime, Duration freezeAfter) {}
