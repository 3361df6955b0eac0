package dev.mayfly.sandbox.api;

/** How an invocation ended, and what it used. */
public sealed interface InvocationResult {
    /** The largest answer a function may give: 6 MiB, as on Lambda. */
    int MAX_RESPONSE_BYTES = 6 * 1024 * 1024;

    Usage usage();

    /** The function answered {@code payload}, which is empty when all of it went to the request's {@link ResponseStream}. */
    record Success(byte[] payload, Usage usage) implements InvocationResult {}

    /**
     * The function reported an error and goes on living.
     *
     * @param payload Lambda's error object as JSON: {@code errorMessage}, {@code errorType}, {@code stackTrace}
     */
    record FunctionError(byte[] payload, Usage usage) implements InvocationResult {}

    /** The function did not answer in time; its sandbox is gone. */
    record TimedOut(Usage usage) implements InvocationResult {}

    /**
     * The function's process ended, or was ended, before it answered.
     *
     * @param errorType as Lambda names it: {@code Runtime.ExitError}, {@code Runtime.OutOfMemory}, ...
     * @param errorMessage for the caller
     */
    record Crashed(String errorType, String errorMessage, Usage usage) implements InvocationResult {}

    /**
     * @param durationNanos from handing over the event to the end
     * @param cpuNanos CPU time of the whole sandbox during it; 0 when not measured
     * @param peakMemoryBytes the highest use of the sandbox so far; 0 when not measured
     */
    record Usage(long durationNanos, long cpuNanos, long peakMemoryBytes) {}
}
