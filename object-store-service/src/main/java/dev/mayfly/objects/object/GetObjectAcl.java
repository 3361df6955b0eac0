package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import org.springframework.stereotype.Component;

@Component
final class GetObjectAcl implements Handler {
    private final Buckets buckets;
    private final ObjectIndex index;

    GetObjectAcl(Buckets buckets, ObjectIndex index) {
        this.buckets = buckets;
        this.index = index;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_OBJECT_ACL;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        index.require(bucket, request.key(), VersionId.of(request), false);
        return Answer.xml(Xml.root("AccessControlPolicy").ownerFullControl(bucket.accountId()));
    }
}
