package dev.mayfly.objects.object;

import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.protocol.S3Request;

/**
 * Who changes what, for the outbox.
 *
 * @param event the S3 event's name, e.g. {@code ObjectCreated:Put}; empty where S3 has none
 */
public record Change(Bucket bucket, String event, String requestId, Origin origin) {
    public static Change of(Bucket bucket, S3Request request, String event) {
        return new Change(bucket, event, request.requestId(), Origin.of(request));
    }

    /** The same in the bucket as it is by now. */
    Change in(Bucket now) {
        return new Change(now, event, requestId, origin);
    }

    /** The same under another name, e.g. {@code DeleteMarkerCreated} for {@code Delete}. */
    Change as(String detail) {
        return new Change(bucket, event.substring(0, event.indexOf(':') + 1) + detail, requestId, origin);
    }

    /** The same without an event. */
    Change untold() {
        return new Change(bucket, "", requestId, origin);
    }

    /** Mayfly's own buckets are neither billed nor told of. */
    public boolean isTold() {
        return !bucket.accountId().equals(CodeStorage.SYSTEM_ACCOUNT);
    }
}
