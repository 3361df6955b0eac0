package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.List;
import org.springframework.stereotype.Component;

@Component
final class DeleteObject implements Handler {
    private final Buckets buckets;
    private final ObjectIndex index;

    DeleteObject(Buckets buckets, ObjectIndex index) {
        this.buckets = buckets;
        this.index = index;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.DELETE_OBJECT;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        String ifMatch = request.header("if-match");
        String etag = ifMatch == null || ifMatch.strip().equals("*") ? null : ETags.unquoted(ifMatch);
        long deleted = index.delete(Change.of(bucket, request, "ObjectRemoved:Delete"), List.of(request.key()), etag);
        if (deleted == 0 && ifMatch != null) {
            index.require(bucket, request.key(), false);
            throw ReadConditions.failed("If-Match");
        }
        return Answer.empty(204);
    }
}
