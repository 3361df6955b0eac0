package dev.mayfly.objects.object;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.blob.BlobStore;
import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.blob.ContentWriter;
import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.encryption.ServerSideEncryption;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lifecycle.Expirations;
import dev.mayfly.objects.lock.ObjectLock;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Writes an object from a request's body. */
@Component
public final class PutObject implements Handler {
    /** What S3 takes in one request. */
    /** What S3 takes, or copies, in one request. */
    public static final long MAX_BYTES = 5L << 30;

    private final Buckets buckets;
    private final ObjectIndex index;
    private final ObjectLocks locks;
    private final Expirations expirations;
    private final BlobStore store;
    private final ServerSideEncryption encryption;
    private final ObjectsProperties properties;
    private final Clock clock;

    PutObject(
            Buckets buckets,
            ObjectIndex index,
            ObjectLocks locks,
            Expirations expirations,
            BlobStore store,
            ServerSideEncryption encryption,
            ObjectsProperties properties,
            Clock clock) {
        this.encryption = encryption;
        this.buckets = buckets;
        this.index = index;
        this.locks = locks;
        this.expirations = expirations;
        this.store = store;
        this.properties = properties;
        this.clock = clock;
    }

    private static String event(S3Request request) {
        return request.operation() == S3Operation.POST_OBJECT ? "ObjectCreated:Post" : "ObjectCreated:Put";
    }

    @Override
    public S3Operation operation() {
        return S3Operation.PUT_OBJECT;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        UnsupportedHeaders.check(request);
        WriteCondition condition = WriteCondition.of(request);
        ObjectAttributes attributes = ObjectAttributes.of(request);
        RequestBody body = RequestBody.of(request, null, MAX_BYTES);
        Bucket bucket = buckets.open(request);
        ObjectLock lock = locks.asked(bucket, request);
        ServerSideEncryption.Choice sealing = encryption.of(request, bucket);
        try (var writer = new ContentWriter(store, properties.inlineLimit(), body.length(), sealing.key())) {
            RequestBody.Summary summary = body.copyTo(writer);
            Content content = writer.finish();
            var object = new StoredObject(
                    request.key(),
                    summary.length(),
                    summary.md5(),
                    clock.instant().truncatedTo(ChronoUnit.MILLIS),
                    attributes
                            .with(summary.checksum())
                            .locked(locks.applied(bucket, lock))
                            .with(sealing.encryption()),
                    content,
                    List.of(),
                    null);
            writer.release();
            Optional<VersionId> version;
            try {
                version = index.put(Change.of(bucket, request, event(request)), object, writer.blobs(), 0, condition);
            } catch (S3Exception e) {
                writer.reclaim();
                throw e;
            }
            Answer answer = Answer.empty(200).with("ETag", ETags.quoted(summary.md5()));
            ObjectHeaders.addChecksum(answer, summary.checksum());
            ObjectHeaders.addVersion(answer, version);
            ServerSideEncryption.tell(answer, request, sealing.encryption());
            expirations.tell(answer, bucket, object);
            return answer;
        }
    }
}
