package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLock;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import org.springframework.stereotype.Component;

@Component
final class GetObjectLegalHold implements Handler {
    private final Buckets buckets;
    private final ObjectIndex index;

    GetObjectLegalHold(Buckets buckets, ObjectIndex index) {
        this.buckets = buckets;
        this.index = index;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_OBJECT_LEGAL_HOLD;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        ObjectLocks.requireEnabled(bucket);
        ObjectLock lock = index.require(bucket, request.key(), VersionId.of(request), false)
                .attributes()
                .lock();
        if (lock == null || lock.legalHold() == null) {
            throw new S3Exception(S3Error.NO_SUCH_OBJECT_LOCK_CONFIGURATION);
        }
        return Answer.xml(Xml.root("LegalHold").element("Status", lock.legalHold() ? "ON" : "OFF"));
    }
}
