package dev.mayfly.observability.queue;

import dev.mayfly.contracts.queue.QueueChange;
import dev.mayfly.contracts.queue.QueuedEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one record says of an event.
 *
 * @param progress higher for what happened later to the same event
 * @param place where its payload lies, when the record is the event itself
 */
record QueueRow(
        String requestId,
        String accountId,
        String functionName,
        String qualifier,
        QueueState state,
        long progress,
        int attempt,
        Instant acceptedAt,
        @Nullable Instant dueAt,
        Instant changedAt,
        @Nullable String reason,
        @Nullable String detail,
        @Nullable Place place) {

    /** A record of {@code function.invocations}. */
    record Place(int partition, long offset) {}

    private static final int STEPS = 4;
    private static final int QUEUED = 1;
    private static final int STARTED = 2;

    /** The event lies in the queue. */
    static QueueRow queued(QueuedEvent event, Instant at, Place place) {
        return new QueueRow(
                event.requestId(),
                event.accountId(),
                event.functionName(),
                event.qualifier(),
                QueueState.WAITING,
                event.ordinal() * STEPS + QUEUED,
                event.attempt(),
                event.acceptedAt(),
                null,
                at,
                null,
                null,
                place);
    }

    static QueueRow changed(QueueChange change) {
        return new QueueRow(
                change.requestId(),
                change.accountId(),
                change.functionName(),
                change.qualifier(),
                QueueState.after(change.kind()),
                progress(change),
                change.attempt(),
                change.acceptedAt(),
                change.notBefore(),
                change.at(),
                change.reason(),
                change.detail(),
                null);
    }

    private static long progress(QueueChange change) {
        if (change.kind().isFinal()) {
            return Long.MAX_VALUE;
        }
        return change.settledBelow() * STEPS + (change.kind() == QueueChange.Kind.STARTED ? STARTED : 0);
    }

    /** Both in one: the later state, and the place that one of them knows. */
    QueueRow and(QueueRow other) {
        QueueRow later = other.progress >= progress ? other : this;
        Place known = place == null ? other.place : place;
        return new QueueRow(
                requestId,
                accountId,
                functionName,
                qualifier,
                later.state,
                later.progress,
                later.attempt,
                acceptedAt,
                later.dueAt,
                later.changedAt,
                later.reason,
                later.detail,
                known);
    }
}
