package dev.mayfly.contracts.traces;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at an invocation, on {@link dev.mayfly.contracts.events.Topics#INVOCATION_TRACES}.
 *
 * @param requestId the AWS request id
 * @param attempt 1 for the first
 * @param async whether it came through the queue
 * @param receivedAt when the invoker received it, or, of a later attempt, when the attempt became due
 * @param start what the sandbox was before; null when no host took the order
 * @param status how it ended
 * @param errorType why no answer came, e.g. {@code TooManyRequestsException}; null when a host answered
 * @param host the host's address; null when no host took the order
 * @param sandbox the sandbox's id, which its log stream ends with; null when there was none
 * @param traceId the X-Ray style trace header, or null
 * @param traceparent the client's W3C trace context, or null
 */
public record InvocationTrace(
        String requestId,
        int attempt,
        String accountId,
        String function,
        String version,
        Isolation tier,
        boolean async,
        Instant receivedAt,
        InvocationOutcome.@Nullable Start start,
        InvocationOutcome.Status status,
        @Nullable String errorType,
        long billedMillis,
        TimeSplit split,
        @Nullable String host,
        @Nullable String sandbox,
        @Nullable String traceId,
        @Nullable String traceparent) {}
