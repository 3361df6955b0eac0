package dev.mayfly.objects.bucket;

import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import org.springframework.stereotype.Component;

@Component
final class HeadBucket implements Handler {
    private final Buckets buckets;

    HeadBucket(Buckets buckets) {
        this.buckets = buckets;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.HEAD_BUCKET;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        return Answer.empty(200).with("x-amz-bucket-region", bucket.region());
    }
}
