package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.InvocationRequest;
import java.io.IOException;

/**
 * The Lambda Runtime API between the host and one guest. Closing it, from any thread, ends the calls that wait in it with
 * an {@link IOException}.
 */
sealed interface GuestLink extends AutoCloseable permits FramedLink, HttpLink {
    /** How the init phase ended, when the guest says. */
    sealed interface InitOutcome {
        record Ready() implements InitOutcome {}

        record Failed(String errorType, String errorMessage) implements InitOutcome {}
    }

    /** What the guest answers. */
    sealed interface Answer {
        record Response(byte[] payload) implements Answer {}

        /**
         * @param fatal the guest will end now
         */
        record Failure(byte[] payload, boolean fatal) implements Answer {}
    }

    /** Waits for the end of the guest's init phase. */
    InitOutcome awaitInit() throws IOException, InterruptedException;

    /** Hands the event to the guest and waits for its answer. */
    Answer exchange(InvocationRequest request, long deadlineMillis) throws IOException, InterruptedException;

    @Override
    void close();
}
