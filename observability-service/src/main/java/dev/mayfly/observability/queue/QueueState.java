package dev.mayfly.observability.queue;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.mayfly.contracts.queue.QueueChange;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Where an event stands. */
enum QueueState {
    /** It is run as soon as there is room. */
    WAITING,
    /** It waits for a time, after a failure or a refusal. */
    DELAYED,
    /** It waits for its function to be resumed. */
    PAUSED,
    RUNNING,
    SUCCEEDED,
    /** It was given up. */
    DEAD,
    CANCELLED;

    /** Those that have not ended. */
    static final Set<QueueState> LIVE = EnumSet.of(WAITING, DELAYED, PAUSED, RUNNING);

    static QueueState after(QueueChange.Kind change) {
        return switch (change) {
            case STARTED -> RUNNING;
            case DELAYED -> DELAYED;
            case PARKED -> PAUSED;
            case SUCCEEDED -> SUCCEEDED;
            case GIVEN_UP -> DEAD;
            case CANCELLED -> CANCELLED;
        };
    }

    /** As it is written in the API and the database. */
    @JsonValue
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static QueueState of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
