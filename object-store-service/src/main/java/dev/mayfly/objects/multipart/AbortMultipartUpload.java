package dev.mayfly.objects.multipart;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.object.Change;
import dev.mayfly.objects.object.Transactions;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.List;
import org.springframework.stereotype.Component;

@Component
final class AbortMultipartUpload implements Handler {
    private final Buckets buckets;
    private final Uploads uploads;
    private final Transactions transactions;

    AbortMultipartUpload(Buckets buckets, Uploads uploads, Transactions transactions) {
        this.buckets = buckets;
        this.uploads = uploads;
        this.transactions = transactions;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.ABORT_MULTIPART_UPLOAD;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        Change change = Change.of(bucket, request, "");
        return transactions.run(() -> {
            Upload upload = uploads.lock(bucket, request);
            uploads.end(change, upload.id(), List.of(), uploads.bytes(upload.id()));
            return Answer.empty(204);
        });
    }
}
