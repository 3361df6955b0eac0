package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TenantTopics;
import dev.mayfly.contracts.function.Destination;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.invoker.objects.Buckets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.jspecify.annotations.Nullable;

/**
 * Carries records to destinations and dead-letter targets: a function of the same account, a topic that the account may
 * write, a bucket of the account. Blocks; thread-safe.
 */
final class Destinations {
    private static final int OK = 200;
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
    private final Buckets buckets;
    private final Clock clock;

    Destinations(EventPublisher publisher, EventQueue queue, TenantTopics topics, Buckets buckets, Clock clock) {
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
        return switch (Destination.parse(target).orElse(null)) {
            case Destination.OfFunction function -> toFunction(outcome, target, function);
            case Destination.OfBucket bucket -> toBucket(outcome, bucket.bucket());
            case Destination.OfTopic topic -> toTopic(outcome, topic.topic());
            case null -> new Carried.Refused(target + " is no function, bucket or topic");
        };
    }

    private Carried toFunction(QueuedEvent outcome, String arn, Destination.OfFunction function)
            throws InterruptedException {
        if (!function.accountId().equals(outcome.accountId())) {
            return new Carried.Refused(arn + " is in another account");
        }
        // Another request id than the record's own, which ends as delivered.
        byte[] seed = ("invoke " + outcome.requestId()).getBytes(StandardCharsets.UTF_8);
        var event = QueuedEvent.accepted(
                UUID.nameUUIDFromBytes(seed).toString(),
                outcome.accountId(),
                function.name(),
                Objects.requireNonNullElse(function.qualifier(), FunctionVersion.LATEST),
                arn,
                TraceHeader.of(outcome.traceId())
                        .entering(outcome.accountId(), function.name())
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

    private Carried toBucket(QueuedEvent outcome, String bucket) throws InterruptedException {
        var delivery = Objects.requireNonNull(outcome.delivery());
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("requestid", delivery.about());
        metadata(metadata, "errorcode", delivery.errorCode());
        metadata(metadata, "errormessage", delivery.errorMessage());
        try {
            int status = buckets.put(new Buckets.Document(
                    outcome.accountId(), outcome.requestId(), bucket, objectKey(outcome), metadata, outcome.payload()));
            return status == OK
                    ? new Carried.Done()
                    : new Carried.NotNow("The object store answered " + status + " for bucket " + bucket);
        } catch (IOException e) {
            return new Carried.NotNow("The object store does not answer: " + e);
        }
    }

    private static void metadata(Map<String, String> metadata, String name, @Nullable String value) {
        if (value != null) {
            metadata.put(name, value.replaceAll("[^ -~]", "?"));
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
