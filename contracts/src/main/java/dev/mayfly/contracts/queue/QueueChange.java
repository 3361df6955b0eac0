package dev.mayfly.contracts.queue;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a queued event. Many travel in one record of {@code function.invocations.changes}; the invoker publishes
 * them before it lets go of the event, so that none is missing, whatever is killed.
 *
 * @param attempt of the delivery that this is about: the one that runs or ended, or the next one that waits
 * @param backOffs likewise, {@link QueuedEvent#backOffs}
 * @param notBefore when the next delivery is due, or null
 * @param reason why, in one word, e.g. {@code FunctionError}, {@code Throttled}, {@code RetriesExhausted}; or null
 * @param detail for people; the function's error as far as it was kept; or null
 */
public record QueueChange(
        String requestId,
        String accountId,
        String functionName,
        String qualifier,
        Kind kind,
        int attempt,
        int backOffs,
        Instant at,
        Instant acceptedAt,
        @Nullable Instant notBefore,
        @Nullable String reason,
        @Nullable String detail) {

    /** The {@code type} attribute of the CloudEvents that carry changes. */
    public static final String TYPE = "dev.mayfly.function.invocation.changes";

    /** What happened. */
    public enum Kind {
        /** It runs. Not told of events that end within moments. */
        STARTED,
        /** It waits until a time, after a failure or a refusal. */
        DELAYED,
        /** It waits for its function to be resumed. */
        PARKED,
        SUCCEEDED,
        /** It is a dead letter now. */
        GIVEN_UP,
        CANCELLED;

        /** Whether nothing more comes after. */
        public boolean isFinal() {
            return this == SUCCEEDED || this == GIVEN_UP || this == CANCELLED;
        }
    }

    /** Several changes, in the order in which they happened. */
    public record Batch(List<QueueChange> changes) {
        public Batch {
            changes = List.copyOf(changes);
        }
    }

    public static QueueChange of(
            QueuedEvent event, Kind kind, Instant at, @Nullable String reason, @Nullable String detail) {
        return new QueueChange(
                event.requestId(),
                event.accountId(),
                event.functionName(),
                event.qualifier(),
                kind,
                event.attempt(),
                event.backOffs(),
                at,
                event.acceptedAt(),
                event.notBefore(),
                reason,
                detail);
    }

    /** The deliveries of this event with a lower {@link QueuedEvent#ordinal} are over. */
    public long settledBelow() {
        return kind.isFinal() ? Long.MAX_VALUE : QueuedEvent.ordinal(attempt, backOffs);
    }
}
