package dev.mayfly.invoker.hosts;

import dev.mayfly.contracts.hosting.InvocationOutcome;
import java.io.IOException;
import java.io.InputStream;

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
}
