package dev.mayfly.objects.object;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.tagging.TagSet;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.XmlElement;
import java.io.IOException;
import org.springframework.stereotype.Component;

@Component
final class PutObjectTagging implements Handler {
    private static final int MAX_DOCUMENT = 64 << 10;

    private final Buckets buckets;
    private final ObjectChanges changes;

    PutObjectTagging(Buckets buckets, ObjectChanges changes) {
        this.buckets = buckets;
        this.changes = changes;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.PUT_OBJECT_TAGGING;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        Bucket bucket = buckets.open(request);
        VersionId version = VersionId.of(request);
        TagSet tags = TagSet.read(
                XmlElement.parse(RequestBody.document(request, MAX_DOCUMENT), "Tagging"), TagSet.MAX_OBJECT_TAGS);
        StoredObject object = changes.edit(
                Change.of(bucket, request, "ObjectTagging:Put"),
                request.key(),
                version,
                attributes -> attributes.tagged(tags.tags()));
        Answer answer = Answer.empty(200);
        ObjectHeaders.addVersion(answer, bucket, object);
        return answer;
    }
}
