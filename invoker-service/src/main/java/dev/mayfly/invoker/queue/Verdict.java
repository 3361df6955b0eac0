package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.queue.QueuedEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to become of an event after an attempt to deliver it. */
sealed interface Verdict {
    /**
     * It was delivered.
     *
     * @param records on their way to destinations
     */
    record Delivered(List<QueuedEvent> records) implements Verdict {}

    /**
     * It waits, in this form.
     *
     * @param detail for people, or null
     */
    record Delayed(
            QueuedEvent event, String reason, @Nullable String detail) implements Verdict {}

    /**
     * It is given up.
     *
     * @param records on their way to destinations and dead-letter targets
     */
    record GivenUp(String reason, String detail, List<QueuedEvent> records) implements Verdict {}

    /** It waits for its function to be resumed, in this form. */
    record Parked(QueuedEvent event) implements Verdict {}

    /** Somebody cancelled it. */
    record Cancelled() implements Verdict {}
}
