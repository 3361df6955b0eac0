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

/**
 * Deletes a bucket without objects, and its unfinished uploads: both hold the bucket by a foreign key. Uploads that went stay
 * gone when the bucket cannot be deleted after all.
 */
@Component
final class DeleteBucket implements Handler {
    private static final int UPLOADS_AT_ONCE = 200;
    private static final int MAX_ROUNDS = 500;

    private enum Round {
        UPLOADS_LEFT,
        DELETED,
        GONE
    }

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
        Change change = Change.of(bucket, request, "");
        for (int round = 0; round < MAX_ROUNDS; round++) {
            switch (round(bucket, change)) {
                case UPLOADS_LEFT -> {}
                case DELETED -> {
                    return Answer.empty(204);
                }
                case GONE -> throw new S3Exception(S3Error.NO_SUCH_BUCKET);
            }
        }
        throw notEmpty(bucket);
    }

    private Round round(Bucket bucket, Change change) {
        try {
            return transactions.run(() -> {
                if (buckets.hasObjects(bucket)) {
                    throw notEmpty(bucket);
                }
                if (uploads.abort(change, (key, begun) -> true, UPLOADS_AT_ONCE) == UPLOADS_AT_ONCE) {
                    return Round.UPLOADS_LEFT;
                }
                return buckets.delete(bucket) ? Round.DELETED : Round.GONE;
            });
        } catch (DataIntegrityViolationException e) {
            throw notEmpty(bucket);
        }
    }

    private static S3Exception notEmpty(Bucket bucket) {
        return new S3Exception(
                S3Error.BUCKET_NOT_EMPTY, S3Error.BUCKET_NOT_EMPTY.message(), Map.of("BucketName", bucket.name()));
    }
}
