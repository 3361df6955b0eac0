package dev.mayfly.objects.bucket;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.Map;
import org.springframework.stereotype.Component;

@Component
final class GetBucketTagging implements Handler {
    private final Buckets buckets;

    GetBucketTagging(Buckets buckets) {
        this.buckets = buckets;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_BUCKET_TAGGING;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        throw new S3Exception(
                S3Error.NO_SUCH_TAG_SET, S3Error.NO_SUCH_TAG_SET.message(), Map.of("BucketName", bucket.name()));
    }
}
