package dev.mayfly.invoker.hosts;

import dev.mayfly.contracts.hosting.InvocationOutcome;
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

    /** Where the time went until the answer came: told just before {@link #accept}. */
    default void split(TimeSplit split) {}

    /** Whether the answer is wanted while the function writes it, by {@link #acceptStream}. */
    default boolean streams() {
        return false;
    }

    /**
     * Takes the answer of a host that streams it.
     *
     * @param parts as {@link dev.mayfly.contracts.hosting.StreamedAnswer} says
     * @throws ReceiverGoneException when the answer cannot be handed on
     * @throws IOException when reading {@code parts} fails, or they end before the outcome
     */
    default void acceptStream(InputStream parts) throws IOException {
        throw new IOException("The host streamed an answer that was to be whole");
    }
}
