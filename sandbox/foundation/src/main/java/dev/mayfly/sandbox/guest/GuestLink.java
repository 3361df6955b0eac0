package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.InvocationRequest;
import java.io.IOException;
import java.util.Map;

/**
 * The Lambda Runtime API between the host and one guest. Closing it, from any thread, ends the calls that wait in it with
 * an {@link IOException}.
 */
public sealed interface GuestLink extends AutoCloseable permits FramedLink, HttpLink {
    /** What makes a running runtime a function. */
    sealed interface Beginning {
        /** Every environment variable of the function. */
        Map<String, String> environment();
    }

    /**
     * Load the handler: the init phase.
     *
     * @param taskRoot where the guest sees the function's code
     */
    record Load(String handler, String taskRoot, Map<String, String> environment) implements Beginning {}

    /**
     * Go on as a copy of a snapshot that was taken after the init phase.
     *
     * @param entropy random bytes that no other copy gets
     */
    record Restore(Map<String, String> environment, byte[] entropy) implements Beginning {}

    /** How the beginning ended, when the guest says. */
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

    /** Waits until the guest's runtime is there, without a function yet. */
    void awaitRuntime() throws IOException;

    /** Makes the runtime a function and waits for the end of that. */
    InitOutcome begin(Beginning beginning) throws IOException, InterruptedException;

    /** Hands the event to the guest and waits for its answer. */
    Answer exchange(InvocationRequest request, long deadlineMillis) throws IOException, InterruptedException;

    @Override
    void close();
}
