package dev.mayfly.contracts.usage;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import java.time.Instant;

/**
 * Something that an account used. Its id is deterministic: the same use always has the same id, so that whatever is
 * delivered twice is billed once.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = UsageEvent.Invocation.class, name = "invocation"),
    @JsonSubTypes.Type(value = UsageEvent.ObjectRequest.class, name = "object-request"),
    @JsonSubTypes.Type(value = UsageEvent.StorageChange.class, name = "storage-change")
})
public sealed interface UsageEvent {
    /** Unique in the installation. */
    String id();

    /** 12 digits. */
    String accountId();

    /** When the use ended. */
    Instant time();

    /** What was used: a function's name, a bucket. */
    String resource();

    /**
     * One attempt at an invocation.
     *
     * @param requestId the request id that the caller saw
     * @param resource the function's name
     * @param billedMillis handler time (and billed init time), rounded up to 1 ms; 0 for platform errors
     * @param initMillis how long the init phase took, or the restore when {@code start} is {@code RESTORED}, which is not
     *     billed; 0 when no sandbox was started
     * @param cpuMicros CPU time of the sandbox during the invocation; 0 when it could not be measured
     * @param bytesIn the event's size
     * @param bytesOut the answer's size
     */
    record Invocation(
            String id,
            String accountId,
            Instant time,
            String resource,
            String version,
            String requestId,
            int attempt,
            Isolation isolation,
            int memoryMb,
            long billedMillis,
            long initMillis,
            long cpuMicros,
            long peakMemoryBytes,
            long bytesIn,
            long bytesOut,
            InvocationOutcome.Start start,
            InvocationOutcome.Status status)
            implements UsageEvent {

        /** The id of an attempt's usage event. */
        public static String idOf(String requestId, int attempt) {
            return "inv-" + requestId + "-" + attempt;
        }
    }

    /**
     * One request to the object store that was answered with success, or with an error of the client.
     *
     * @param resource the bucket, or {@code -} for requests without one
     * @param operation S3's name, e.g. {@code PutObject}
     * @param requestClass what it is priced as
     * @param status HTTP status answered
     */
    record ObjectRequest(
            String id,
            String accountId,
            Instant time,
            String resource,
            String operation,
            RequestClass requestClass,
            long bytesIn,
            long bytesOut,
            int status)
            implements UsageEvent {

        /** The id of a request's usage event. */
        public static String idOf(String requestId) {
            return "obj-" + requestId;
        }
    }

    /**
     * An exact change of what a bucket stores; byte-hours are computed from these.
     *
     * @param resource the bucket
     * @param bytes added, or removed when negative
     * @param objects added, or removed when negative
     */
    record StorageChange(String id, String accountId, Instant time, String resource, long bytes, long objects)
            implements UsageEvent {}

    /** How object requests are priced. */
    enum RequestClass {
        /** Writes and listings. */
        A,
        /** Reads. */
        B,
        /** Deletions and aborted uploads. */
        FREE
    }
}
