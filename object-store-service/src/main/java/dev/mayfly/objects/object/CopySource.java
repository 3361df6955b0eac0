package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.S3Target;

/** The object that {@code x-amz-copy-source} names. */
public record CopySource(Bucket bucket, String key) {
    public static final String HEADER = "x-amz-copy-source";

    /** @throws S3Exception when it is malformed, or its bucket is not the caller's */
    public static CopySource of(S3Request request, Buckets buckets) {
        String header = request.header(HEADER);
        if (header == null) {
            throw new S3Exception(S3Error.INVALID_REQUEST);
        }
        int mark = header.indexOf("?versionId=");
        S3Target target = S3Target.ofPath(mark < 0 ? header : header.substring(0, mark));
        boolean versioned = mark >= 0 && !header.substring(mark).equals("?versionId=null");
        if (versioned || target.bucket().isEmpty() || target.key().isEmpty()) {
            throw S3Exception.invalidArgument(
                    HEADER, header, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        }
        return new CopySource(buckets.open(target.bucket(), request.accountId()), target.key());
    }
}
