package dev.mayfly.objects.bucket;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.multipart.UnfinishedUploads;
import dev.mayfly.objects.object.Change;
import dev.mayfly.objects.object.Transactions;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.Map;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;

/** Deletes a bucket without objects, and its unfinished uploads: both hold the bucket by a foreign key. */
@Component
final class DeleteBucket implements Handler {
    private final Buckets buckets;
    private final UnfinishedUploads uploads;
    private final Transactions transactions;

    DeleteBucket(Buckets buckets, UnfinishedUploads uploads, Transactions transactions) {
        this.buckets = buckets;
        this.uploads = uploads;
        this.transactions = transactions;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.DELETE_BUCKET;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        try {
            boolean deleted = transactions.run(() -> {
                if (buckets.hasObjects(bucket)) {
                    throw notEmpty(bucket);
                }
                uploads.abort(Change.of(bucket, request, ""), (key, begun) -> true);
                return buckets.delete(bucket);
            });
            if (!deleted) {
                throw new S3Exception(S3Error.NO_SUCH_BUCKET);
            }
        } catch (DataIntegrityViolationException e) {
            throw notEmpty(bucket);
        }
        return Answer.empty(204);
    }

    private static S3Exception notEmpty(Bucket bucket) {
        return new S3Exception(
                S3Error.BUCKET_NOT_EMPTY, S3Error.BUCKET_NOT_EMPTY.message(), Map.of("BucketName", bucket.name()));
    }
}
