package dev.mayfly.objects.object;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLock;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.XmlElement;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

@Component
final class PutObjectRetention implements Handler {
    private static final int MAX_DOCUMENT = 64 << 10;

    private final Buckets buckets;
    private final ObjectChanges changes;
    private final Clock clock;

    PutObjectRetention(Buckets buckets, ObjectChanges changes, Clock clock) {
        this.buckets = buckets;
        this.changes = changes;
        this.clock = clock;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.PUT_OBJECT_RETENTION;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        Bucket bucket = buckets.open(request);
        ObjectLocks.requireEnabled(bucket);
        XmlElement retention = XmlElement.parse(RequestBody.document(request, MAX_DOCUMENT), "Retention");
        String modeText = retention.child("Mode");
        String untilText = retention.child("RetainUntilDate");
        ObjectLock.@Nullable Mode mode = ObjectLock.Mode.named(modeText);
        Instant until = S3Dates.parse(untilText);
        boolean lifted = modeText == null && untilText == null;
        if (!lifted && (mode == null || until == null)) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        Instant now = clock.instant();
        if (until != null && !until.isAfter(now)) {
            throw S3Exception.invalidArgument(
                    "RetainUntilDate", String.valueOf(untilText), "The retain until date must be in the future!");
        }
        boolean bypass = ObjectLocks.bypass(request, request.key());
        StoredObject object =
                changes.edit(Change.of(bucket, request, ""), request.key(), VersionId.of(request), attributes -> {
                    ObjectLock lock = attributes.lockOrNone();
                    if (!lock.allowsChange(mode, until, now, bypass)) {
                        throw Deletion.locked();
                    }
                    return attributes.locked(lock.retained(mode, until));
                });
        Answer answer = Answer.empty(200);
        ObjectHeaders.addVersion(answer, bucket, object);
        return answer;
    }
}
