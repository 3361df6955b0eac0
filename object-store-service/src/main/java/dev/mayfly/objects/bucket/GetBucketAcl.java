package dev.mayfly.objects.bucket;

import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import org.springframework.stereotype.Component;

@Component
final class GetBucketAcl implements Handler {
    private final Buckets buckets;

    GetBucketAcl(Buckets buckets) {
        this.buckets = buckets;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_BUCKET_ACL;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        return Answer.xml(Xml.root("AccessControlPolicy").ownerFullControl(bucket.accountId()));
    }
}
