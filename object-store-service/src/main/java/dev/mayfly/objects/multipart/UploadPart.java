package dev.mayfly.objects.multipart;

import dev.mayfly.objects.blob.BlobStore;
import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.blob.ContentWriter;
import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.encryption.ServerSideEncryption;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.Change;
import dev.mayfly.objects.object.ETags;
import dev.mayfly.objects.object.PutObject;
import dev.mayfly.objects.object.UnsupportedHeaders;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.springframework.stereotype.Component;

@Component
final class UploadPart implements Handler {

    private final Buckets buckets;
    private final Uploads uploads;
    private final BlobStore store;
    private final ServerSideEncryption encryption;
    private final Clock clock;

    UploadPart(Buckets buckets, Uploads uploads, BlobStore store, ServerSideEncryption encryption, Clock clock) {
        this.encryption = encryption;
        this.buckets = buckets;
        this.uploads = uploads;
        this.store = store;
        this.clock = clock;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.UPLOAD_PART;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        int number = PartNumber.of(request);
        UnsupportedHeaders.check(request);
        Bucket bucket = buckets.open(request);
        Upload upload = uploads.require(bucket, request);
        RequestBody body = RequestBody.of(request, upload.checksum(), PutObject.MAX_BYTES);
        ServerSideEncryption.Choice sealing =
                encryption.ofPart(request, bucket, upload.attributes().encryption());
        try (var writer = new ContentWriter(store, 0, body.length(), sealing.key())) {
            RequestBody.Summary summary = body.copyTo(writer);
            ObjectChecksum checksum = summary.checksum();
            if (upload.checksum() != null && checksum != null && checksum.algorithm() != upload.checksum()) {
                throw new S3Exception(
                        S3Error.INVALID_REQUEST,
                        "Checksum Type mismatch occurred, expected checksum Type: "
                                + upload.checksum().name().toLowerCase(Locale.ROOT) + ", actual checksum Type: "
                                + checksum.algorithm().name().toLowerCase(Locale.ROOT));
            }
            Content content = writer.finish();
            var part = new Part(
                    number,
                    summary.length(),
                    summary.md5(),
                    upload.checksum() == null || checksum == null ? null : checksum.value(),
                    clock.instant().truncatedTo(ChronoUnit.MILLIS),
                    content.segments());
            writer.release();
            try {
                uploads.putPart(Change.of(bucket, request, ""), upload.id(), part, writer.blobs());
            } catch (S3Exception e) {
                writer.reclaim();
                throw e;
            }
            Answer answer = Answer.empty(200).with("ETag", ETags.quoted(summary.md5()));
            if (checksum != null) {
                answer.with(checksum.algorithm().header(), checksum.value());
            }
            ServerSideEncryption.tell(answer, request, sealing.encryption());
            return answer;
        }
    }
}
