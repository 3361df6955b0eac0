package dev.mayfly.objects.object;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.XmlElement;
import java.io.IOException;
import org.springframework.stereotype.Component;

@Component
final class PutObjectLegalHold implements Handler {
    private static final int MAX_DOCUMENT = 64 << 10;

    private final Buckets buckets;
    private final ObjectChanges changes;

    PutObjectLegalHold(Buckets buckets, ObjectChanges changes) {
        this.buckets = buckets;
        this.changes = changes;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.PUT_OBJECT_LEGAL_HOLD;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        Bucket bucket = buckets.open(request);
        ObjectLocks.requireEnabled(bucket);
        String status = XmlElement.parse(RequestBody.document(request, MAX_DOCUMENT), "LegalHold")
                .require("Status");
        if (!status.equals("ON") && !status.equals("OFF")) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        StoredObject object = changes.edit(
                Change.of(bucket, request, ""),
                request.key(),
                VersionId.of(request),
                attributes -> attributes.locked(attributes.lockOrNone().held(status.equals("ON"))));
        Answer answer = Answer.empty(200);
        ObjectHeaders.addVersion(answer, bucket, object);
        return answer;
    }
}
