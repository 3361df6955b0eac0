package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
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
        index.require(buckets.open(request), request.key(), VersionId.of(request), false);
        return Answer.xml(Xml.root("Tagging").open("TagSet").close());
    }
}
