package dev.mayfly.billing.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line as it is stored. Members that the kind does not have are null.
 *
 * @param line ascending in the order of recording, with gaps
 * @param time when the use ended
 * @param recordedAt when the line was written
 * @param tier the isolation's tag value
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LedgerLine(
        long line,
        String eventId,
        String kind,
        String resource,
        Instant time,
        Instant recordedAt,
        @Nullable String version,
        @Nullable String requestId,
        @Nullable Integer attempt,
        @Nullable String tier,
        @Nullable Integer memoryMb,
        @Nullable Long billedMillis,
        @Nullable Long initMillis,
        @Nullable Long cpuMicros,
        @Nullable Long peakMemoryBytes,
        @Nullable String start,
        @Nullable String status,
        @Nullable String operation,
        @Nullable String requestClass,
        @Nullable Integer httpStatus,
        @Nullable Long bytesIn,
        @Nullable Long bytesOut,
        @Nullable Long storageBytes,
        @Nullable Long storageObjects) {

    public static final String INVOCATION = "invocation";
    public static final String OBJECT_REQUEST = "object-request";
    public static final String STORAGE_CHANGE = "storage-change";
}
