package dev.mayfly.objects.bucket;

import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import org.springframework.stereotype.Component;

@Component
final class GetBucketVersioning implements Handler {
    private final Buckets buckets;

    GetBucketVersioning(Buckets buckets) {
        this.buckets = buckets;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_BUCKET_VERSIONING;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        return Answer.xml(Xml.root("VersioningConfiguration")
                .element("Status", bucket.versioning().status()));
    }
}
