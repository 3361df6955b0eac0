package dev.mayfly.contracts.hosting;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The order to run one invocation: {@code POST} {@link #PATH} at a host, with this record as JSON in Base64 (URL-safe) in the header
 * {@link #HEADER} and the event as the body. The answer's body is the function's answer, its header
 * {@link InvocationOutcome#HEADER} says what became of it.
 *
 * <p>Other answers are problem details: 404 (function unknown), 429 (no room for another sandbox now; try elsewhere or
 * later), 503 (this host does not offer the tier or runtime).
 *
 * @param functionKey {@link dev.mayfly.contracts.function.FunctionVersion#key}
 * @param revisionId the revision that the invoker means; a host that knows another asks the registry
 * @param requestId the AWS request id, a UUID
 * @param attempt 1 for the first
 * @param functionArn the ARN as invoked
 * @param deadline when an asynchronous order is void, or null; the function's own timeout starts when its handler does
 * @param tailLogs whether the outcome carries the last 4 KB of the log
 * @param traceId the X-Ray style trace header, or null
 * @param clientContext Base64 as the client sent it, or null
 * @param async whether it came through the queue
 * @param stream whether the answer shall come as {@link StreamedAnswer}, while the function writes it
 */
public record HostInvocation(
        String functionKey,
        String revisionId,
        String requestId,
        int attempt,
        String functionArn,
        @Nullable Instant deadline,
        boolean tailLogs,
        @Nullable String traceId,
        @Nullable String clientContext,
        boolean async,
        boolean stream) {

    public static final String PATH = "/internal/invocations";
    public static final String HEADER = "X-Mayfly-Invocation";
}
