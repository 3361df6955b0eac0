package dev.mayfly.contracts.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.function.FunctionVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An accepted asynchronous invocation, as it travels on {@code function.invocations} and the topics beside it.
 *
 * @param qualifier {@code $LATEST}, a version or an alias, as invoked; which version that is, is found out at each attempt
 * @param functionArn as invoked
 * @param traceId the trace header that the function gets, as {@link dev.mayfly.contracts.traces.TraceHeader} has it, or null
 * @param traceparent the client's W3C trace context, or null
 * @param attempt 1 for the first; grows when the function failed
 * @param backOffs how often delivery was put off since, for throttling, a pause or failures of the platform
 * @param acceptedAt when the client was promised delivery
 * @param paused for how long it waited for a paused function, which does not count as its age
 * @param notBefore when a delayed event is due, or null
 * @param turn when its turn is expected, if it waits behind others of its function, or null
 * @param delivery what is carried instead of an event, and where to; null for events, which go to the function
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and copying events would cost.
public record QueuedEvent(
        String requestId,
        String accountId,
        String functionName,
        String qualifier,
        String functionArn,
        @Nullable String traceId,
        @Nullable String traceparent,
        @Nullable String clientContext,
        int attempt,
        int backOffs,
        Instant acceptedAt,
        Duration paused,
        @Nullable Instant notBefore,
        @Nullable Instant turn,
        @Nullable Delivery delivery,
        byte[] payload) {

    private static final String SOURCE = "/mayfly/invoker-service";
    private static final String TYPE = "dev.mayfly.function.invocation";

    /**
     * A record about an event that has ended, on its way to a destination or dead-letter target.
     *
     * @param target an ARN or {@code kafka://TOPIC}
     * @param about the request id of that event
     * @param errorCode of a dead letter, or null for a destination's invocation record
     * @param errorMessage likewise
     */
    public record Delivery(
            String target,
            String about,
            @Nullable String errorCode,
            @Nullable String errorMessage) {}

    /** An event that was accepted just now. */
    public static QueuedEvent accepted(
            String requestId,
            String accountId,
            String functionName,
            String qualifier,
            String functionArn,
            @Nullable String traceId,
            @Nullable String traceparent,
            @Nullable String clientContext,
            Instant now,
            byte[] payload) {
        return new QueuedEvent(
                requestId,
                accountId,
                functionName,
                qualifier,
                functionArn,
                traceId,
                traceparent,
                clientContext,
                1,
                0,
                now,
                Duration.ZERO,
                null,
                null,
                null,
                payload);
    }

    /** A record about {@code event}, on its way from {@code now} on. */
    public static QueuedEvent delivery(
            QueuedEvent event, String requestId, Delivery delivery, Instant now, byte[] payload) {
        return new QueuedEvent(
                requestId,
                event.accountId,
                event.functionName,
                event.qualifier,
                event.functionArn,
                event.traceId,
                event.traceparent,
                null,
                1,
                0,
                now,
                Duration.ZERO,
                null,
                null,
                delivery,
                payload);
    }

    /** Names this delivery: equal for every copy of it that Kafka hands out. */
    public String id() {
        return requestId + ":" + attempt + ":" + backOffs;
    }

    /** Grows with every delivery of the same event. */
    public long ordinal() {
        return ordinal(attempt, backOffs);
    }

    static long ordinal(int attempt, int backOffs) {
        return ((long) attempt << 32) | backOffs;
    }

    /** The key on Kafka: account, function and qualifier. */
    public String functionKey() {
        return FunctionVersion.key(accountId, functionName, qualifier);
    }

    /** The event for the next attempt, after the function failed. */
    public QueuedEvent nextAttempt(Duration delay, Instant now) {
        return again(attempt + 1, 0, paused, now.plus(delay), null);
    }

    /** The event for another delivery of the same attempt. */
    public QueuedEvent putOff(Duration delay, Instant now) {
        return again(attempt, backOffs + 1, paused, now.plus(delay), null);
    }

    /** The event for another delivery of the same attempt, which looks whether its turn has come. */
    public QueuedEvent putOff(Duration delay, Instant now, Instant expectedTurn) {
        return again(attempt, backOffs + 1, paused, now.plus(delay), expectedTurn);
    }

    /** The event as it waits for its paused function, from {@code now} on. */
    public QueuedEvent parked(Instant now) {
        return again(attempt, backOffs + 1, paused, now, null);
    }

    /** The event after it waited, parked, until {@code now}. */
    public QueuedEvent unparked(Instant now) {
        Duration waited = notBefore == null ? Duration.ZERO : Duration.between(notBefore, now);
        return again(attempt, backOffs, waited.isNegative() ? paused : paused.plus(waited), null, null);
    }

    /** When it is too old to be delivered. */
    public Instant deadline(Duration maxAge) {
        return acceptedAt.plus(maxAge).plus(paused);
    }

    private QueuedEvent again(
            int nextAttempt, int nextBackOffs, Duration nextPaused, @Nullable Instant due, @Nullable Instant nextTurn) {
        return new QueuedEvent(
                requestId,
                accountId,
                functionName,
                qualifier,
                functionArn,
                traceId,
                traceparent,
                clientContext,
                nextAttempt,
                nextBackOffs,
                acceptedAt,
                nextPaused,
                due,
                nextTurn,
                delivery,
                payload);
    }

    public CloudEvent toCloudEvent() {
        var extensions = new TreeMap<String, String>();
        extensions.put("requestid", requestId);
        extensions.put("account", accountId);
        extensions.put("function", functionName);
        extensions.put("qualifier", qualifier);
        extensions.put("functionarn", functionArn);
        extensions.put("attempt", Integer.toString(attempt));
        extensions.put("backoffs", Integer.toString(backOffs));
        extensions.put("acceptedat", acceptedAt.toString());
        if (!paused.isZero()) {
            extensions.put("paused", paused.toString());
        }
        putUnlessNull(extensions, "traceid", traceId);
        putUnlessNull(extensions, "traceparent", traceparent);
        putUnlessNull(extensions, "clientcontext", clientContext);
        putUnlessNull(extensions, "notbefore", notBefore);
        putUnlessNull(extensions, "turn", turn);
        if (delivery != null) {
            extensions.put("target", delivery.target());
            extensions.put("about", delivery.about());
            putUnlessNull(extensions, "errorcode", delivery.errorCode());
            putUnlessNull(extensions, "errormessage", delivery.errorMessage());
        }
        return new CloudEvent(id(), SOURCE, TYPE, functionArn, Instant.now(), extensions, payload);
    }

    private static void putUnlessNull(TreeMap<String, String> extensions, String name, @Nullable Object value) {
        if (value != null) {
            extensions.put(name, value.toString());
        }
    }

    /** @throws IllegalArgumentException when {@code event} is none of ours */
    public static QueuedEvent from(CloudEvent event) {
        var extensions = event.extensions();
        try {
            String notBefore = extensions.get("notbefore");
            String paused = extensions.get("paused");
            String turn = extensions.get("turn");
            String target = extensions.get("target");
            return new QueuedEvent(
                    required(event, "requestid"),
                    required(event, "account"),
                    required(event, "function"),
                    required(event, "qualifier"),
                    required(event, "functionarn"),
                    extensions.get("traceid"),
                    extensions.get("traceparent"),
                    extensions.get("clientcontext"),
                    Integer.parseInt(required(event, "attempt")),
                    Integer.parseInt(required(event, "backoffs")),
                    Instant.parse(required(event, "acceptedat")),
                    paused == null ? Duration.ZERO : Duration.parse(paused),
                    notBefore == null ? null : Instant.parse(notBefore),
                    turn == null ? null : Instant.parse(turn),
                    target == null
                            ? null
                            : new Delivery(
                                    target,
                                    required(event, "about"),
                                    extensions.get("errorcode"),
                                    extensions.get("errormessage")),
                    event.data());
        } catch (DateTimeParseException e) {
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
