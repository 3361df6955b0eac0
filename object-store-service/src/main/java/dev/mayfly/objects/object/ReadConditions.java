package dev.mayfly.objects.object;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Request;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** The conditions of reads, and of the sources of copies. */
public final class ReadConditions {
    private ReadConditions() {}

    /**
     * Whether the object is to be sent: false means "not modified".
     *
     * @param prefix empty, or {@code x-amz-copy-source-}
     * @throws S3Exception PreconditionFailed
     */
    static boolean hold(S3Request request, String prefix, StoredObject object) {
        Instant modified = object.modifiedAt().truncatedTo(ChronoUnit.SECONDS);
        String ifMatch = request.header(prefix + "if-match");
        if (ifMatch != null) {
            if (!ETags.anyMatches(ifMatch, object.etag())) {
                throw failed("If-Match");
            }
        } else {
            Instant unmodifiedSince = S3Dates.parse(request.header(prefix + "if-unmodified-since"));
            if (unmodifiedSince != null && modified.isAfter(unmodifiedSince)) {
                throw failed("If-Unmodified-Since");
            }
        }
        String ifNoneMatch = request.header(prefix + "if-none-match");
        if (ifNoneMatch != null) {
            return !ETags.anyMatches(ifNoneMatch, object.etag());
        }
        Instant modifiedSince = S3Dates.parse(request.header(prefix + "if-modified-since"));
        return modifiedSince == null || modified.isAfter(modifiedSince);
    }

    /** As {@link #hold} for the source of a copy, where "not modified" is a failure too. */
    public static void requireForCopy(S3Request request, StoredObject source) {
        if (!hold(request, "x-amz-copy-source-", source)) {
            throw failed("x-amz-copy-source-If-None-Match");
        }
    }

    static S3Exception failed(String condition) {
        return new S3Exception(
                S3Error.PRECONDITION_FAILED, S3Error.PRECONDITION_FAILED.message(), Map.of("Condition", condition));
    }
}
