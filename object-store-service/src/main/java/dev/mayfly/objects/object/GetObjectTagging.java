package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.tagging.TagSet;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import org.springframework.stereotype.Component;

@Component
final class GetObjectTagging implements Handler {
    private final Buckets buckets;
    private final ObjectIndex index;

    GetObjectTagging(Buckets buckets, ObjectIndex index) {
        this.buckets = buckets;
        this.index = index;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_OBJECT_TAGGING;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        StoredObject object = index.require(bucket, request.key(), VersionId.of(request), false);
        Answer answer = Answer.xml(new TagSet(object.attributes().tags()).write());
        ObjectHeaders.addVersion(answer, bucket, object);
        return answer;
    }
}
