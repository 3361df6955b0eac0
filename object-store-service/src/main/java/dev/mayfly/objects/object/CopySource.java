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

    /** What the header says, before anybody looked whether it is there. */
    public record Named(String bucket, String key, @Nullable VersionId version) {}

    /** The source, in a bucket that the caller has been let into. */
    public static CopySource of(S3Request request, Buckets buckets) {
        Named named = named(request);
        return new CopySource(buckets.open(request, named.bucket), named.key, named.version);
    }

    /** @throws S3Exception when the header is malformed */
    public static Named named(S3Request request) {
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
        return new Named(target.bucket(), target.key(), version);
    }
}
