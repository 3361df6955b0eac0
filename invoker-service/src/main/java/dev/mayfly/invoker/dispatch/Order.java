package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.function.FunctionVersion;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to run a function.
 *
 * @param functionArn as invoked
 * @param attempt 1 for the first
 * @param tailLogs whether the outcome shall carry the end of the log
 * @param traceId the X-Ray style trace header
 * @param clientContext Base64 as the client sent it, or null
 * @param asyncDeadline when a queued event is void; null for synchronous orders
 * @param roomWait how long to wait for a host with room
 * @param arrival how it came here; null when there is nothing to tell
 */
@SuppressWarnings("ArrayRecordComponent") // An order is never compared, and copying events would cost.
public record Order(
        FunctionVersion function,
        String functionArn,
        String requestId,
        int attempt,
        byte[] event,
        boolean tailLogs,
        @Nullable String traceId,
        @Nullable String clientContext,
        @Nullable Instant asyncDeadline,
        Duration roomWait,
        @Nullable Arrival arrival) {}
