package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.S3Target;
import org.jspecify.annotations.Nullable;

/**
 * The object that {@code x-amz-copy-source} names.
 *
 * @param version null for the current one
 */
public record CopySource(
        Bucket bucket, String key, @Nullable VersionId version) {
    public static final String HEADER = "x-amz-copy-source";

    /** Says in the answer which version it was, where its bucket has such. */
    public void tell(Answer answer, StoredObject source) {
        if (bucket.isVersioned()) {
            answer.with("x-amz-copy-source-version-id", source.version().text());
        }
    }

    /** @throws S3Exception when it is malformed, or its bucket is not the caller's */
    public static CopySource of(S3Request request, Buckets buckets) {
        String header = request.header(HEADER);
        if (header == null) {
            throw new S3Exception(S3Error.INVALID_REQUEST);
        }
        int mark = header.indexOf("?versionId=");
        S3Target target = S3Target.ofPath(mark < 0 ? header : header.substring(0, mark));
        VersionId version = mark < 0 ? null : VersionId.parse(HEADER, header.substring(mark + "?versionId=".length()));
        if (target.bucket().isEmpty() || target.key().isEmpty()) {
            throw S3Exception.invalidArgument(
                    HEADER, header, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        }
        return new CopySource(buckets.open(target.bucket(), request.accountId()), target.key(), version);
    }
}
