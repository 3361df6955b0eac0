package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import org.springframework.stereotype.Component;

@Component
final class GetObject implements Handler {
    private final Buckets buckets;
    private final ObjectIndex index;

    GetObject(Buckets buckets, ObjectIndex index) {
        this.buckets = buckets;
        this.index = index;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_OBJECT;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        return ReadObject.answer(request, bucket, index.require(bucket, request.key(), VersionId.of(request), true));
    }
}
