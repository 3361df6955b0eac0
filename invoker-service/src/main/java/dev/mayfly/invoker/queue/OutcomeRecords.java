package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.EmbeddedJson;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Makes the records that destinations and dead-letter targets get, in the form that AWS documents. */
final class OutcomeRecords {
    /** In bytes: what one record of Kafka holds, less room for attributes. */
    static final int LARGEST = 2_000_000;

    private static final int HTTP_OK = 200;
    private static final String RETRIES_EXHAUSTED = "RetriesExhausted";

    /** The condition of what was stopped as a loop. */
    static final String RECURSIVE = "RecursiveInvocationException";

    /** AWS gives the first kilobyte of the message. */
    private static final int MESSAGE_BYTES = 1024;

    private final Clock clock;

    OutcomeRecords(Clock clock) {
        this.clock = clock;
    }

    List<QueuedEvent> ofSuccess(QueuedEvent event, AsynchronousRules rules, Attempt attempt) {
        String target = rules.onSuccess();
        return target == null ? List.of() : List.of(invocationRecord(event, target, "Success", attempt));
    }

    /**
     * @param deadLetterArn the function's dead-letter target, or null
     * @param detail what to say where no attempt says anything
     */
    List<QueuedEvent> ofFailure(
            QueuedEvent event,
            AsynchronousRules rules,
            @Nullable String deadLetterArn,
            String condition,
            String detail,
            @Nullable Attempt attempt) {
        var records = new ArrayList<QueuedEvent>(2);
        String target = rules.onFailure();
        if (target != null) {
            records.add(invocationRecord(event, target, condition, attempt));
        }
        if (deadLetterArn != null) {
            String message = firstKilobyte(attempt == null ? detail : attempt.plainMessage());
            records.add(on(
                    event,
                    new QueuedEvent.Delivery(deadLetterArn, event.requestId(), status(condition), message),
                    event.payload()));
        }
        return records;
    }

    /** The HTTP status that a synchronous caller would have seen. */
    private static String status(String condition) {
        return switch (condition) {
            case RETRIES_EXHAUSTED -> "200";
            case RECURSIVE -> "400";
            default -> "429";
        };
    }

    private static String firstKilobyte(String message) {
        byte[] whole = message.getBytes(StandardCharsets.UTF_8);
        if (whole.length <= MESSAGE_BYTES) {
            return message;
        }
        int end = MESSAGE_BYTES;
        while ((whole[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(whole, 0, end, StandardCharsets.UTF_8);
    }

    private QueuedEvent invocationRecord(
            QueuedEvent event, String target, String condition, @Nullable Attempt attempt) {
        Object request = EmbeddedJson.of(event.payload());
        byte[] answer = attempt == null ? null : attempt.body();
        byte[] fitting = json(event, condition, attempt, request, answer == null ? null : EmbeddedJson.of(answer));
        if (fitting.length > LARGEST) {
            fitting = json(event, condition, attempt, request, null);
        }
        if (fitting.length > LARGEST) {
            fitting = json(event, condition, attempt, null, null);
        }
        return on(event, new QueuedEvent.Delivery(target, event.requestId(), null, null), fitting);
    }

    private byte[] json(
            QueuedEvent event,
            String condition,
            @Nullable Attempt attempt,
            @Nullable Object requestPayload,
            @Nullable Object responsePayload) {
        var invocation = new TreeMap<String, Object>();
        invocation.put("version", "1.0");
        invocation.put(
                "timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        invocation.put(
                "requestContext",
                Map.of(
                        "requestId", event.requestId(),
                        "functionArn", qualified(event),
                        "condition", condition,
                        "approximateInvokeCount", invokeCount(event, attempt)));
        invocation.put("requestPayload", requestPayload);
        if (attempt != null) {
            var response = new TreeMap<String, Object>();
            response.put("statusCode", HTTP_OK);
            response.put("executedVersion", attempt.executedVersion());
            if (!condition.equals("Success")) {
                response.put("functionError", "Unhandled");
            }
            invocation.put("responseContext", response);
            invocation.put("responsePayload", responsePayload);
        }
        return JsonMapper.shared().writeValueAsBytes(invocation);
    }

    private static int invokeCount(QueuedEvent event, @Nullable Attempt attempt) {
        return attempt == null ? event.attempt() - 1 : event.attempt();
    }

    private static String qualified(QueuedEvent event) {
        String arn = event.functionArn();
        return event.qualifier().equals(FunctionVersion.LATEST) && !arn.endsWith(FunctionVersion.LATEST)
                ? arn + ":" + FunctionVersion.LATEST
                : arn;
    }

    /** Named after what it is about, so that a record that is made twice is delivered once. */
    private QueuedEvent on(QueuedEvent event, QueuedEvent.Delivery delivery, byte[] payload) {
        String kind = delivery.errorCode() == null ? "record" : "dead letter";
        byte[] name = (event.requestId() + " " + kind + " " + delivery.target()).getBytes(StandardCharsets.UTF_8);
        Instant now = clock.instant();
        return QueuedEvent.delivery(event, UUID.nameUUIDFromBytes(name).toString(), delivery, now, payload);
    }
}
