package dev.mayfly.invoker.dispatch;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an order came here.
 *
 * @param receivedAt when the invoker received it, or, of an event, when this attempt became due
 * @param gatewayMicros from the gateway's voucher until then; 0 when that is not known
 * @param traceparent the client's W3C trace context, or null
 */
public record Arrival(
        Instant receivedAt, long gatewayMicros, @Nullable String traceparent) {}
