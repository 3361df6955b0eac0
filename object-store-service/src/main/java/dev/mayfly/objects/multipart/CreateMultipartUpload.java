package dev.mayfly.objects.multipart;

import dev.mayfly.objects.body.ChecksumAlgorithm;
import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.encryption.Encryption;
import dev.mayfly.objects.encryption.ServerSideEncryption;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.object.ObjectAttributes;
import dev.mayfly.objects.object.UnsupportedHeaders;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

@Component
final class CreateMultipartUpload implements Handler {
    private final Buckets buckets;
    private final Uploads uploads;
    private final ObjectLocks locks;
    private final ServerSideEncryption encryption;
    private final Clock clock;

    CreateMultipartUpload(
            Buckets buckets, Uploads uploads, ObjectLocks locks, ServerSideEncryption encryption, Clock clock) {
        this.encryption = encryption;
        this.buckets = buckets;
        this.uploads = uploads;
        this.locks = locks;
        this.clock = clock;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.CREATE_MULTIPART_UPLOAD;
    }

    @Override
    public Answer handle(S3Request request) {
        UnsupportedHeaders.check(request);
        ChecksumAlgorithm checksum = ChecksumAlgorithm.named(request.header("x-amz-checksum-algorithm"));
        ObjectChecksum.Type type = type(request, checksum);
        Bucket bucket = buckets.open(request);
        Encryption chosen = encryption.of(request, bucket).encryption();
        var upload = new Upload(
                UUID.randomUUID(),
                request.key(),
                request.accountId(),
                ObjectAttributes.of(request)
                        .locked(locks.asked(bucket, request))
                        .with(chosen),
                checksum,
                type,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
        uploads.create(bucket, upload);
        Answer answer = Answer.xml(Xml.root("InitiateMultipartUploadResult")
                .element("Bucket", bucket.name())
                .element("Key", upload.key())
                .element("UploadId", upload.id().toString()));
        if (checksum != null && type != null) {
            answer.with("x-amz-checksum-algorithm", checksum.name()).with("x-amz-checksum-type", type.name());
        }
        ServerSideEncryption.tell(answer, request, chosen);
        return answer;
    }

    private static ObjectChecksum.@Nullable Type type(S3Request request, @Nullable ChecksumAlgorithm checksum) {
        String named = request.header("x-amz-checksum-type");
        if (checksum == null) {
            if (named != null) {
                throw new S3Exception(
                        S3Error.INVALID_REQUEST,
                        "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
            }
            return null;
        }
        boolean full = named == null ? checksum == ChecksumAlgorithm.CRC64NVME : named.equals("FULL_OBJECT");
        boolean known = named == null || full || named.equals("COMPOSITE");
        boolean possible = full ? checksum.isCrc() : checksum != ChecksumAlgorithm.CRC64NVME;
        if (!known || !possible) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "The " + named + " checksum type cannot be used with the " + checksum.name()
                            + " checksum algorithm.");
        }
        return full ? ObjectChecksum.Type.FULL_OBJECT : ObjectChecksum.Type.COMPOSITE;
    }
}
