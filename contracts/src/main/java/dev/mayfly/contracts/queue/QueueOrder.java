package dev.mayfly.contracts.queue;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants of the queue. It travels on {@code function.invocations.orders} under {@link #key}; a tombstone ends
 * it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = QueueOrder.Pause.class, name = "pause"),
    @JsonSubTypes.Type(value = QueueOrder.Cancel.class, name = "cancel")
})
public sealed interface QueueOrder {
    /** The key on Kafka. */
    String key();

    /** When it was given. */
    Instant at();

    /**
     * Events of the function wait until the order ends.
     *
     * @param qualifier only those that were sent to this version or alias; null for all of the function
     */
    record Pause(
            String accountId, String functionName, @Nullable String qualifier, Instant at) implements QueueOrder {
        @Override
        public String key() {
            return key(accountId, functionName, qualifier);
        }

        public static String key(String accountId, String functionName, @Nullable String qualifier) {
            String function = "pause/" + accountId + ":" + functionName;
            return qualifier == null ? function : function + ":" + qualifier;
        }
    }

    /** The event is not attempted any more. What runs is not stopped. */
    record Cancel(String accountId, String requestId, Instant at) implements QueueOrder {
        @Override
        public String key() {
            return key(requestId);
        }

        public static String key(String requestId) {
            return "cancel/" + requestId;
        }
    }
}
