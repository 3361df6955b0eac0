package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.lifecycle.Expirations;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import org.springframework.stereotype.Component;

@Component
final class GetObject implements Handler {
    private final Buckets buckets;
    private final ObjectIndex index;
    private final Expirations expirations;

    GetObject(Buckets buckets, ObjectIndex index, Expirations expirations) {
        this.buckets = buckets;
        this.index = index;
        this.expirations = expirations;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_OBJECT;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        VersionId version = VersionId.of(request);
        StoredObject object = index.require(bucket, request.key(), version, true);
        Answer answer = ReadObject.answer(request, bucket, object);
        if (version == null) {
            expirations.tell(answer, bucket, object);
        }
        return answer;
    }
}
