package dev.mayfly.objects.lock;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.Versioning;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.io.IOException;
import org.springframework.stereotype.Component;

/** Sets the default retention, and gives a bucket that keeps versions object lock, for good. */
@Component
final class PutObjectLockConfiguration implements Handler {
    private static final int MAX_DOCUMENT = 64 << 10;

    private final Buckets buckets;
    private final BucketSettings settings;

    PutObjectLockConfiguration(Buckets buckets, BucketSettings settings) {
        this.buckets = buckets;
        this.settings = settings;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.PUT_OBJECT_LOCK_CONFIGURATION;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        Bucket bucket = buckets.open(request);
        LockDefaults defaults = LockDefaults.SETTING.parse().apply(RequestBody.document(request, MAX_DOCUMENT));
        if (bucket.versioning() != Versioning.ENABLED) {
            throw new S3Exception(
                    S3Error.INVALID_BUCKET_STATE,
                    "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
        }
        if (!bucket.objectLock()) {
            buckets.enableObjectLock(bucket);
        }
        settings.put(bucket, LockDefaults.SETTING, defaults);
        return Answer.empty(200);
    }
}
