package dev.mayfly.objects.multipart;

import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.blob.ContentReader;
import dev.mayfly.objects.blob.ContentWriter;
import dev.mayfly.objects.blob.Segment;
import dev.mayfly.objects.body.Hash;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.encryption.Encryption;
import dev.mayfly.objects.encryption.ServerSideEncryption;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.ByteRange;
import dev.mayfly.objects.object.Change;
import dev.mayfly.objects.object.CopySource;
import dev.mayfly.objects.object.ETags;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.ReadConditions;
import dev.mayfly.objects.object.StoredObject;
import dev.mayfly.objects.object.Transactions;
import dev.mayfly.objects.object.UnsupportedHeaders;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Names a run of another object's bytes as a part. The bytes are read, for their digest, but not written again. */
@Component
final class UploadPartCopy implements Handler {
    private final Buckets buckets;
    private final Uploads uploads;
    private final ObjectIndex index;
    private final ContentReader reader;
    private final ServerSideEncryption encryption;
    private final Transactions transactions;
    private final Clock clock;

    UploadPartCopy(
            Buckets buckets,
            Uploads uploads,
            ObjectIndex index,
            ContentReader reader,
            ServerSideEncryption encryption,
            Transactions transactions,
            Clock clock) {
        this.buckets = buckets;
        this.uploads = uploads;
        this.index = index;
        this.reader = reader;
        this.encryption = encryption;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.UPLOAD_PART_COPY;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        int number = PartNumber.of(request);
        UnsupportedHeaders.check(request);
        if (!request.voucher().role().mayReadObjects()) {
            throw new S3Exception(S3Error.ACCESS_DENIED);
        }
        Bucket bucket = buckets.open(request);
        Upload upload = uploads.require(bucket, request);
        CopySource source = CopySource.of(request, buckets);
        Copied copied = null;
        while (copied == null) {
            copied = copy(request, bucket, upload, source, number);
        }
        Part part = copied.part();
        Xml xml = Xml.root("CopyPartResult")
                .element("LastModified", S3Dates.iso(part.modifiedAt()))
                .element("ETag", ETags.quoted(part.etag()));
        if (upload.checksum() != null) {
            xml.element(upload.checksum().element(), part.checksum());
        }
        Answer answer = Answer.xml(xml);
        ServerSideEncryption.tell(answer, request, upload.attributes().encryption());
        source.tell(answer, copied.source());
        return answer;
    }

    private record Copied(StoredObject source, Part part) {}

    /** The part, or null when the source was replaced and swept meanwhile: then it is read again. */
    private @Nullable Copied copy(S3Request request, Bucket bucket, Upload upload, CopySource from, int number)
            throws IOException {
        StoredObject source = index.require(from.bucket(), from.key(), from.version(), true);
        ReadConditions.requireForCopy(request, source);
        Change change = Change.of(bucket, request, "");
        Encryption known = source.attributes().encryption();
        ServerSideEncryption.Choice sealing =
                encryption.ofPart(request, bucket, upload.attributes().encryption());
        Content content = ServerSideEncryption.unlockedSource(request, known, source.content());
        long size = source.size();
        String header = request.header("x-amz-copy-source-range");
        if (header != null) {
            ByteRange range = ByteRange.parseForCopy(header, source.size());
            content = content.range(range.offset(), range.length());
            size = range.length();
        }
        boolean rewritten = content.inline() != null
                || !ServerSideEncryption.isSame(known, from.bucket(), sealing, bucket, request);
        Hash md5 = Hash.digest("MD5");
        Hash checksum = upload.checksum() == null ? null : upload.checksum().hash();
        try (var writer = new ContentWriter(reader.store(), 0, size, sealing.key())) {
            reader.copy(content, (bytes, offset, length) -> {
                md5.update(bytes, offset, length);
                if (checksum != null) {
                    checksum.update(bytes, offset, length);
                }
                if (rewritten && length > 0) {
                    writer.write(bytes, offset, length);
                }
            });
            List<Segment> fresh = writer.finish().segments();
            List<Segment> shared = rewritten ? List.of() : content.segments();
            var part = new Part(
                    number,
                    size,
                    HexFormat.of().formatHex(md5.value()),
                    checksum == null ? null : Base64.getEncoder().encodeToString(checksum.value()),
                    clock.instant().truncatedTo(ChronoUnit.MILLIS),
                    rewritten ? fresh : shared);
            writer.release();
            try {
                boolean done = transactions.run(() -> {
                    if (!index.share(shared)) {
                        return false;
                    }
                    uploads.putPart(change, upload.id(), part, writer.blobs());
                    return true;
                });
                return done ? new Copied(source, part) : null;
            } catch (S3Exception e) {
                writer.reclaim();
                throw e;
            }
        }
    }
}
