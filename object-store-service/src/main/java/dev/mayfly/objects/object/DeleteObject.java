package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.object.Deletion.Outcome;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import org.jspecify.annotations.Nullable;
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
        VersionId version = VersionId.of(request);
        Outcome outcome = index.delete(Change.of(bucket, request, "ObjectRemoved:Delete"), deletion(request, version));
        Answer answer = Answer.empty(204);
        if (outcome instanceof Outcome.Marked marked) {
            answer.with("x-amz-delete-marker", "true")
                    .with(VersionId.HEADER, marked.marker().text());
        } else if (version != null) {
            answer.with(VersionId.HEADER, version.text());
            if (outcome instanceof Outcome.Gone gone && gone.marker()) {
                answer.with("x-amz-delete-marker", "true");
            }
        }
        return answer;
    }

    private static Deletion deletion(S3Request request, @Nullable VersionId version) {
        String size = request.header("x-amz-if-match-size");
        try {
            return new Deletion(
                    request.key(),
                    version,
                    request.header("if-match"),
                    S3Dates.parse(request.header("x-amz-if-match-last-modified-time")),
                    size == null ? null : Long.valueOf(size.strip()),
                    ObjectLocks.bypass(request, request.key()));
        } catch (NumberFormatException e) {
            throw S3Exception.invalidArgument(
                    "x-amz-if-match-size", String.valueOf(size), "The size must be an integer");
        }
    }
}
