package dev.mayfly.invoker.hosts;

import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.StreamedAnswer.Beginning;
import dev.mayfly.contracts.traces.TimeSplit;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;

/** Takes the answer of a host that accepted an order. */
@FunctionalInterface
public interface AnswerSink {
    /** The one who wants the answer has gone, or cannot be written to. Not the host's fault. */
    final class ReceiverGoneException extends IOException {
        private static final long serialVersionUID = 1L;

        public ReceiverGoneException(IOException cause) {
            super("The receiver of the answer has gone", cause);
        }
    }

    /**
     * @param length bytes of {@code body}, or -1 when unknown
     * @throws ReceiverGoneException when the answer cannot be handed on
     * @throws IOException when reading {@code body} fails
     */
    void accept(InvocationOutcome outcome, InputStream body, long length) throws IOException;

    /** A host is asked now. Whether it accepts is not known yet. */
    default void asked(URI host) {}

    /** Where the time went until the answer came: told just before {@link #accept}, {@link #begun} and {@link #ended}. */
    default void split(TimeSplit split) {}

    /** Whether the answer is wanted while the function writes it: then by the methods below, instead of {@link #accept}. */
    default boolean streams() {
        return false;
    }

    /** The function has the event. Not told where it never got it. */
    default void begun(Beginning beginning) {}

    /**
     * Takes the next piece of what the function writes.
     *
     * @throws ReceiverGoneException when it cannot be handed on; the rest of the pieces is not told then
     */
    default void piece(byte[] content) throws ReceiverGoneException {
        throw new IllegalStateException("The answer was to be whole");
    }

    /**
     * There are no more pieces.
     *
     * @param error Lambda's error object when it failed; else empty
     * @throws ReceiverGoneException when that cannot be handed on, or a piece could not
     */
    default void ended(InvocationOutcome outcome, byte[] error) throws ReceiverGoneException {
        throw new IllegalStateException("The answer was to be whole");
    }
}
