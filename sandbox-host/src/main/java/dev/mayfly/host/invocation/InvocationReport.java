package dev.mayfly.host.invocation;

import dev.mayfly.contracts.hosting.InvocationOutcome.Start;

/**
 * What a REPORT tells.
 *
 * @param initMicros how long the init phase or the restore took; 0 when none was for this invocation
 * @param placementMicros how long the order waited here until a sandbox was there or its start began
 * @param fetchMicros how long code was fetched and unpacked
 * @param startMicros how long the sandbox took to start, without its init phase
 * @param status {@code success}, {@code timeout}, {@code error} or {@code failure}
 * @param errorType of an error that the runtime did not report itself; empty when there is none
 */
record InvocationReport(
        long durationMicros,
        long billedMillis,
        long peakMemoryBytes,
        Start start,
        long initMicros,
        long placementMicros,
        long fetchMicros,
        long startMicros,
        String status,
        String errorType) {

    long peakMemoryMb() {
        return Math.ceilDiv(peakMemoryBytes, 1L << 20);
    }

    boolean succeeded() {
        return status.equals("success");
    }
}
