package dev.mayfly.contracts.scaling;

import java.time.Instant;

/**
 * One invoker's load for one function over the last window.
 *
 * @param functionKey {@link dev.mayfly.contracts.function.FunctionVersion#key}
 * @param arrivals invocations that arrived in the window
 * @param inFlight running now
 * @param queued waiting in the asynchronous queue or for a sandbox, now
 * @param oldestQueuedMillis age of the oldest that waits, 0 when none does
 * @param windowMillis the window's length
 */
public record FunctionLoad(
        String functionKey,
        String invokerId,
        long arrivals,
        int inFlight,
        int queued,
        long oldestQueuedMillis,
        long windowMillis,
        Instant at) {}
