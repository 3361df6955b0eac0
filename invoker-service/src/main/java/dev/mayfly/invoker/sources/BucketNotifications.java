package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.Destination;
import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.invoker.functions.RegistryUnreachableException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Invokes the functions that buckets notify. Which one that is stands in the event, as the bucket was configured when the change
 * was committed; whether it may be invoked is asked now.
 */
final class BucketNotifications {
    private static final Logger log = LoggerFactory.getLogger(BucketNotifications.class);

    /** The event's attribute with the ARN of the function to be told; absent when none is. */
    static final String FUNCTION = "functionarn";

    /** The attribute with the trace header that the change was made with. */
    static final String TRACE = "trace";

    private static final String CONFIGURATION = "notification";

    private final AsyncCalls calls;
    private final SourceMetrics metrics;

    BucketNotifications(AsyncCalls calls, SourceMetrics metrics) {
        this.calls = calls;
        this.metrics = metrics;
    }

    /** Nobody can say now whether the function may be told. */
    static final class UndecidedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private UndecidedException(RegistryUnreachableException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /**
     * Completes once the function's invocation is safe, or there is none to be.
     *
     * @throws UndecidedException to be told again later
     */
    CompletableFuture<?> tell(CloudEvent event, JsonNode document) {
        String arn = event.extensions().getOrDefault(FUNCTION, "");
        if (!(Destination.parse(arn).orElse(null) instanceof Destination.OfFunction function)) {
            log.error("The event {} names {}, which is no function", event.id(), arn);
            return CompletableFuture.completedFuture(null);
        }
        String bucket = event.subject() == null ? "" : event.subject();
        String owner = event.extensions().getOrDefault("account", "");
        var target = new Target(function.name(), function.qualifier());
        try {
            if (!calls.mayInvoke(bucket, owner, function.accountId(), target)) {
                metrics.refused();
                log.warn("The bucket {} may not invoke {}: the event {} is dropped", bucket, arn, event.id());
                return CompletableFuture.completedFuture(null);
            }
        } catch (RegistryUnreachableException e) {
            throw new UndecidedException(e);
        }
        String configuration = event.extensions().getOrDefault(CONFIGURATION, "");
        byte[] seed = (arn + ":" + configuration + ":" + event.id()).getBytes(StandardCharsets.UTF_8);
        return calls.accept(
                        UUID.nameUUIDFromBytes(seed).toString(),
                        function.accountId(),
                        target,
                        TraceHeader.of(event.extensions().get(TRACE)),
                        Json.bytes(named(document, configuration)))
                .thenAccept(exists -> {
                    if (exists) {
                        metrics.notified();
                    } else {
                        metrics.refused();
                        log.warn(
                                "The bucket {} notifies {}, which does not exist: {} is dropped",
                                bucket,
                                arn,
                                event.id());
                    }
                });
    }

    /** The document as the configuration {@code id} has it. */
    static JsonNode named(JsonNode document, String id) {
        JsonNode named = document.deepCopy();
        if (named.path("Records").path(0).path("s3") instanceof ObjectNode s3) {
            s3.put("configurationId", id);
        }
        return named;
    }
}
