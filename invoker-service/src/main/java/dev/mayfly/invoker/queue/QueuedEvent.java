package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.function.FunctionVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An accepted asynchronous invocation, as it travels on Kafka.
 *
 * @param functionArn as invoked
 * @param attempt 1 for the first; grows when the function failed
 * @param backOffs how often delivery was put off since, for throttling or failures of the platform
 * @param acceptedAt when the client was promised delivery
 * @param notBefore when a delayed event is due, or null
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and copying events would cost.
record QueuedEvent(
        String requestId,
        String accountId,
        String functionName,
        String version,
        String functionArn,
        @Nullable String traceId,
        @Nullable String clientContext,
        int attempt,
        int backOffs,
        Instant acceptedAt,
        @Nullable Instant notBefore,
        byte[] payload) {

    private static final String SOURCE = "/mayfly/invoker-service";
    private static final String TYPE = "dev.mayfly.function.invocation";

    /** Names this delivery: equal for every copy of it that Kafka hands out. */
    String id() {
        return requestId + ":" + attempt + ":" + backOffs;
    }

    String functionKey() {
        return FunctionVersion.key(accountId, functionName, version);
    }

    /** The event for the next attempt, after the function failed. */
    QueuedEvent nextAttempt(Duration delay, Instant now) {
        return delayed(attempt + 1, 0, now.plus(delay));
    }

    /** The event for another delivery of the same attempt. */
    QueuedEvent putOff(Duration delay, Instant now) {
        return delayed(attempt, backOffs + 1, now.plus(delay));
    }

    private QueuedEvent delayed(int nextAttempt, int nextBackOffs, Instant due) {
        return new QueuedEvent(
                requestId,
                accountId,
                functionName,
                version,
                functionArn,
                traceId,
                clientContext,
                nextAttempt,
                nextBackOffs,
                acceptedAt,
                due,
                payload);
    }

    CloudEvent toCloudEvent() {
        var extensions = new TreeMap<String, String>();
        extensions.put("requestid", requestId);
        extensions.put("account", accountId);
        extensions.put("function", functionName);
        extensions.put("version", version);
        extensions.put("functionarn", functionArn);
        extensions.put("attempt", Integer.toString(attempt));
        extensions.put("backoffs", Integer.toString(backOffs));
        extensions.put("acceptedat", acceptedAt.toString());
        if (traceId != null) {
            extensions.put("traceid", traceId);
        }
        if (clientContext != null) {
            extensions.put("clientcontext", clientContext);
        }
        if (notBefore != null) {
            extensions.put("notbefore", notBefore.toString());
        }
        return new CloudEvent(id(), SOURCE, TYPE, functionArn, Instant.now(), extensions, payload);
    }

    /** @throws IllegalArgumentException when {@code event} is none of ours */
    static QueuedEvent from(CloudEvent event) {
        var extensions = event.extensions();
        try {
            String notBefore = extensions.get("notbefore");
            return new QueuedEvent(
                    required(event, "requestid"),
                    required(event, "account"),
                    required(event, "function"),
                    required(event, "version"),
                    required(event, "functionarn"),
                    extensions.get("traceid"),
                    extensions.get("clientcontext"),
                    Integer.parseInt(required(event, "attempt")),
                    Integer.parseInt(required(event, "backoffs")),
                    Instant.parse(required(event, "acceptedat")),
                    notBefore == null ? null : Instant.parse(notBefore),
                    event.data());
        } catch (java.time.format.DateTimeParseException e) {
            throw new IllegalArgumentException("The event has a malformed time", e);
        }
    }

    private static String required(CloudEvent event, String name) {
        String value = event.extensions().get(name);
        if (value == null) {
            throw new IllegalArgumentException("The event lacks its attribute " + name);
        }
        return value;
    }
}
