package dev.mayfly.objects.lock;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.Map;
import org.springframework.stereotype.Component;

@Component
final class GetObjectLockConfiguration implements Handler {
    private final Buckets buckets;
    private final BucketSettings settings;

    GetObjectLockConfiguration(Buckets buckets, BucketSettings settings) {
        this.buckets = buckets;
        this.settings = settings;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_OBJECT_LOCK_CONFIGURATION;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        if (!bucket.objectLock()) {
            S3Error missing = S3Error.OBJECT_LOCK_CONFIGURATION_NOT_FOUND;
            throw new S3Exception(missing, missing.message(), Map.of("BucketName", bucket.name()));
        }
        return Answer.xml(settings.find(bucket, LockDefaults.SETTING)
                .orElse(LockDefaults.NONE)
                .write());
    }
}
