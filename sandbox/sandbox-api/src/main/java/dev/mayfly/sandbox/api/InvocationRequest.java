package dev.mayfly.sandbox.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * @param requestId the AWS request id
 * @param payload the event, at most 6 MB
 * @param timeout from the moment the function gets the event
 * @param functionArn as invoked
 * @param traceId X-Ray style, or null
 * @param clientContext Base64, or null
 * @param stream takes the answer as it is written, when the function writes it so; null to have it whole
 */
public record InvocationRequest(
        String requestId,
        byte[] payload,
        Duration timeout,
        String functionArn,
        @Nullable String traceId,
        @Nullable String clientContext,
        @Nullable ResponseStream stream) {
    public InvocationRequest(
            String requestId,
            byte[] payload,
            Duration timeout,
            String functionArn,
            @Nullable String traceId,
            @Nullable String clientContext) {
        this(requestId, payload, timeout, functionArn, traceId, clientContext, null);
    }
}
