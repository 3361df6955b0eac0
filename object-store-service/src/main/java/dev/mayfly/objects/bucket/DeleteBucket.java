package dev.mayfly.objects.bucket;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.Map;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;

/** Deletes a bucket without objects and without uploads in progress: both hold the bucket by a foreign key. */
@Component
final class DeleteBucket implements Handler {
    private final Buckets buckets;

    DeleteBucket(Buckets buckets) {
        this.buckets = buckets;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.DELETE_BUCKET;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        try {
            if (!buckets.delete(bucket)) {
                throw new S3Exception(S3Error.NO_SUCH_BUCKET);
            }
        } catch (DataIntegrityViolationException e) {
            throw new S3Exception(
                    S3Error.BUCKET_NOT_EMPTY,
                    "The bucket you tried to delete is not empty: it has objects, or uploads in parts that are"
                            + " neither completed nor aborted",
                    Map.of("BucketName", bucket.name()));
        }
        return Answer.empty(204);
    }
}
