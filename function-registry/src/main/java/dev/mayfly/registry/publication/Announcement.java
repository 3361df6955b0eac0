package dev.mayfly.registry.publication;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.Topics;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a compacted topic is to say under a key from now on.
 *
 * @param type of the CloudEvent, e.g. {@code dev.mayfly.function.version.changed}
 * @param subject of the CloudEvent, e.g. the ARN of what it is about
 * @param payload JSON, or null for a deletion
 */
public record Announcement(Topics topic, String key, String type, String subject, byte @Nullable [] payload) {
    private static final String SOURCE = "/mayfly/function-registry";

    /** {@code value} as JSON. */
    public static Announcement of(Topics topic, String key, String type, String subject, Object value) {
        return new Announcement(topic, key, type, subject, Json.bytes(value));
    }

    /** That there is nothing under the key any more. */
    public static Announcement deletion(Topics topic, String key, String type, String subject) {
        return new Announcement(topic, key, type, subject, null);
    }

    /** Bytes of the payload. */
    int size() {
        return payload == null ? 0 : payload.length;
    }

    CompletableFuture<Void> publish(EventPublisher publisher, Instant now) {
        if (payload == null) {
            return publisher.publishTombstone(topic, key);
        }
        var id = UUID.nameUUIDFromBytes(payload).toString();
        return publisher.publish(topic, key, new CloudEvent(id, SOURCE, type, subject, now, Map.of(), payload));
    }
}
