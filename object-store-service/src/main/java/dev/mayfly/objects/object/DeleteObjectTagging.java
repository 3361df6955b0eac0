package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.Map;
import org.springframework.stereotype.Component;

@Component
final class DeleteObjectTagging implements Handler {
    private final Buckets buckets;
    private final ObjectChanges changes;

    DeleteObjectTagging(Buckets buckets, ObjectChanges changes) {
        this.buckets = buckets;
        this.changes = changes;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.DELETE_OBJECT_TAGGING;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        StoredObject object = changes.edit(
                Change.of(bucket, request, "ObjectTagging:Delete"),
                request.key(),
                VersionId.of(request),
                attributes -> attributes.tagged(Map.of()));
        Answer answer = Answer.empty(204);
        ObjectHeaders.addVersion(answer, bucket, object);
        return answer;
    }
}
