package dev.mayfly.contracts.hosting;

import org.jspecify.annotations.Nullable;

/**
 * What became of an invocation that a host accepted: JSON in Base64 (URL-safe) in the header {@link #HEADER}.
 *
 * @param status how it ended
 * @param start whether a sandbox had to be started
 * @param billedMillis what is billed, rounded up to 1 ms; 0 for a platform error
 * @param durationMicros the handler's wall time
 * @param initMicros the sandbox's init or restore time when this invocation waited for it, else 0
 * @param waitMicros from the order's arrival at the host to the event's handing over: placement, fetch, start
 * @param memoryMb the configured memory
 * @param peakMemoryBytes of the sandbox, 0 when it could not be measured
 * @param logTail Base64 of the last 4 KB of the log, when asked for
 * @param fetchMicros the part of {@code waitMicros} in which code was fetched and unpacked
 * @param startMicros the part of {@code waitMicros} in which the sandbox was started, without its init phase; all of a restore
 * @param sandbox the sandbox's id as its log stream has it, or null
 */
public record InvocationOutcome(
        Status status,
        Start start,
        long billedMillis,
        long durationMicros,
        long initMicros,
        long waitMicros,
        int memoryMb,
        long peakMemoryBytes,
        @Nullable String logTail,
        long fetchMicros,
        long startMicros,
        @Nullable String sandbox) {

    /** Without a split of the wait. */
    public InvocationOutcome(
            Status status,
            Start start,
            long billedMillis,
            long durationMicros,
            long initMicros,
            long waitMicros,
            int memoryMb,
            long peakMemoryBytes,
            @Nullable String logTail) {
        this(
                status,
                start,
                billedMillis,
                durationMicros,
                initMicros,
                waitMicros,
                memoryMb,
                peakMemoryBytes,
                logTail,
                0,
                0,
                null);
    }

    public static final String HEADER = "X-Mayfly-Outcome";

    /** How an invocation ended. */
    public enum Status {
        /** The function answered. */
        SUCCESS,
        /** The function reported an error, crashed, ran out of memory or could not be initialised. */
        FUNCTION_ERROR,
        /** The function did not answer in time. */
        TIMEOUT,
        /** Mayfly failed. Never billed. */
        PLATFORM_ERROR
    }

    /** What the sandbox was before. */
    public enum Start {
        /** There was none: it was started, and the function's init phase ran. */
        COLD,
        /** There was none: it was made from a snapshot that was taken after the init phase. */
        RESTORED,
        /** It was there and idle. */
        WARM
    }
}
