package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TenantTopics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.contracts.traces.TraceHeader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.jspecify.annotations.Nullable;

/**
 * Carries records to destinations and dead-letter targets: a function of the same account, a topic that the account may
 * write, a bucket of the account. Blocks; thread-safe.
 */
final class Destinations {
    private static final Pattern FUNCTION = Pattern.compile(
            "arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:(\\d{12}):function:([a-zA-Z0-9-_]{1,64})(?::([^:]+))?");
    private static final Pattern BUCKET = Pattern.compile("arn:aws[a-zA-Z-]*:s3:::([a-z0-9.-]{3,63})");
    private static final Pattern NAMED_TOPIC = Pattern.compile("kafka://([a-zA-Z0-9._-]{1,249})");
    private static final Pattern QUEUE_OR_TOPIC =
            Pattern.compile("arn:aws[a-zA-Z-]*:s[qn]s:[a-z0-9-]+:(\\d{12}):([a-zA-Z0-9_-]{1,200})");
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy/MM/dd/yyyy-MM-dd'T'HH.mm.ss").withZone(ZoneOffset.UTC);

    /** How it went. */
    sealed interface Carried {
        /** The destination has it. */
        record Done() implements Carried {}

        /** Not now; later it may be possible. */
        record NotNow(String detail) implements Carried {}

        /** It will never be possible. */
        record Refused(String detail) implements Carried {}
    }

    private final EventPublisher publisher;
    private final EventQueue queue;
    private final TenantTopics topics;
    private final ObjectStoreWriter buckets;
    private final Clock clock;

    Destinations(
            EventPublisher publisher, EventQueue queue, TenantTopics topics, ObjectStoreWriter buckets, Clock clock) {
        this.publisher = publisher;
        this.queue = queue;
        this.topics = topics;
        this.buckets = buckets;
        this.clock = clock;
    }

    /** Carries {@code outcome}, which must have a {@link QueuedEvent#delivery}. */
    Carried carry(QueuedEvent outcome) throws InterruptedException {
        var delivery = Objects.requireNonNull(outcome.delivery());
        String target = delivery.target();
        var function = FUNCTION.matcher(target);
        if (function.matches()) {
            return function.group(1).equals(outcome.accountId())
                    ? toFunction(outcome, target, function.group(2), function.group(3))
                    : new Carried.Refused(target + " is in another account");
        }
        var bucket = BUCKET.matcher(target);
        if (bucket.matches()) {
            return buckets.put(bucket.group(1), objectKey(outcome), outcome);
        }
        var topic = NAMED_TOPIC.matcher(target);
        if (topic.matches()) {
            return toTopic(outcome, topic.group(1));
        }
        var stand = QUEUE_OR_TOPIC.matcher(target);
        if (stand.matches()) {
            return toTopic(outcome, stand.group(1) + "." + stand.group(2));
        }
        return new Carried.Refused(target + " is no function, bucket or topic");
    }

    private Carried toFunction(QueuedEvent outcome, String arn, String name, @Nullable String qualifier)
            throws InterruptedException {
        // Another request id than the record's own, which ends as delivered.
        byte[] seed = ("invoke " + outcome.requestId()).getBytes(StandardCharsets.UTF_8);
        var event = QueuedEvent.accepted(
                UUID.nameUUIDFromBytes(seed).toString(),
                outcome.accountId(),
                name,
                qualifier == null ? FunctionVersion.LATEST : qualifier,
                arn,
                TraceHeader.of(outcome.traceId())
                        .entering(outcome.accountId(), name)
                        .text(),
                outcome.traceparent(),
                null,
                clock.instant(),
                outcome.payload());
        try {
            queue.deliver(event).get();
            return new Carried.Done();
        } catch (ExecutionException e) {
            return new Carried.NotNow("Kafka did not take it: " + e.getCause());
        }
    }

    private Carried toTopic(QueuedEvent outcome, String topic) throws InterruptedException {
        if (!topics.mayUse(outcome.accountId(), topic)) {
            return new Carried.Refused("Account " + outcome.accountId() + " may not write the topic " + topic
                    + ": its own begin with " + outcome.accountId() + ".");
        }
        var delivery = Objects.requireNonNull(outcome.delivery());
        var told = new ProducerRecord<>(topic, delivery.about(), outcome.payload());
        header(told, "RequestID", delivery.about());
        header(told, "FunctionArn", outcome.functionArn());
        header(told, "ErrorCode", delivery.errorCode());
        header(told, "ErrorMessage", delivery.errorMessage());
        try {
            publisher.publishForeign(told).get();
            return new Carried.Done();
        } catch (ExecutionException e) {
            String detail = "Kafka did not take it for topic " + topic + ": " + e.getCause();
            return e.getCause() instanceof InvalidTopicException
                    ? new Carried.Refused(detail)
                    : new Carried.NotNow(detail);
        }
    }

    private static void header(ProducerRecord<String, byte[]> told, String name, @Nullable String value) {
        if (value != null) {
            told.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String objectKey(QueuedEvent outcome) {
        return "aws/lambda/async/" + outcome.functionName() + "/" + DAY.format(outcome.acceptedAt()) + "-"
                + outcome.requestId();
    }
}
