package dev.mayfly.objects.multipart;

import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.blob.Segment;
import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.encryption.ServerSideEncryption;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.object.Change;
import dev.mayfly.objects.object.ETags;
import dev.mayfly.objects.object.ObjectHeaders;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.StoredObject;
import dev.mayfly.objects.object.Transactions;
import dev.mayfly.objects.object.VersionId;
import dev.mayfly.objects.object.WriteCondition;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.Percent;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Makes an object of parts: their blobs become the object's, in order. No byte moves. */
@Component
final class CompleteMultipartUpload implements Handler {
    private static final int MAX_DOCUMENT = 8 << 20;

    private final Buckets buckets;
    private final Uploads uploads;
    private final ObjectIndex index;
    private final ObjectLocks locks;
    private final Transactions transactions;
    private final Clock clock;

    CompleteMultipartUpload(
            Buckets buckets,
            Uploads uploads,
            ObjectIndex index,
            ObjectLocks locks,
            Transactions transactions,
            Clock clock) {
        this.buckets = buckets;
        this.uploads = uploads;
        this.index = index;
        this.locks = locks;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.COMPLETE_MULTIPART_UPLOAD;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        Bucket bucket = buckets.open(request);
        WriteCondition condition = WriteCondition.of(request);
        List<NamedPart> named = NamedPart.read(RequestBody.documentAboutObject(request, MAX_DOCUMENT));
        Completed completed = transactions.run(() -> {
            try {
                return complete(request, bucket, named, condition);
            } catch (S3Exception e) {
                if (e.error() != S3Error.NO_SUCH_UPLOAD) {
                    throw e;
                }
                return completedEarlier(bucket, request, named).orElseThrow(() -> e);
            }
        });
        StoredObject object = completed.object();
        ObjectChecksum checksum = object.attributes().checksum();
        Xml xml = Xml.root("CompleteMultipartUploadResult")
                .element("Location", "/" + bucket.name() + "/" + Percent.encode(object.key()))
                .element("Bucket", bucket.name())
                .element("Key", object.key())
                .element("ETag", ETags.quoted(object.etag()));
        if (checksum != null) {
            xml.element(checksum.algorithm().element(), checksum.value())
                    .element("ChecksumType", checksum.type().name());
        }
        Answer answer = Answer.xml(xml);
        ObjectHeaders.addVersion(answer, completed.version());
        ServerSideEncryption.tell(answer, request, object.attributes().encryption());
        return answer;
    }

    /** What this upload became already: a client that lost the first answer asks again. */
    private Optional<Completed> completedEarlier(Bucket bucket, S3Request request, List<NamedPart> named) {
        UUID id = Uploads.id(request);
        return index.find(bucket, request.key())
                .filter(found -> id.equals(found.uploadId()) && found.etag().equals(NamedPart.etag(named)))
                .map(found ->
                        new Completed(found, bucket.isVersioned() ? Optional.of(found.version()) : Optional.empty()));
    }

    private record Completed(StoredObject object, Optional<VersionId> version) {}

    private Completed complete(S3Request request, Bucket bucket, List<NamedPart> named, WriteCondition condition) {
        Upload upload = uploads.lock(bucket, request);
        List<Part> all = uploads.parts(upload.id(), 0, PartNumber.MAX);
        List<Part> chosen = NamedPart.choose(named, all, upload);
        var segments = new ArrayList<Segment>();
        chosen.forEach(part -> segments.addAll(part.segments()));
        long size = chosen.stream().mapToLong(Part::size).sum();
        String wantedSize = request.header("x-amz-mp-object-size");
        if (wantedSize != null && !wantedSize.strip().equals(Long.toString(size))) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "The provided 'x-amz-mp-object-size' header does not match what was computed: " + size);
        }
        var object = new StoredObject(
                upload.key(),
                size,
                NamedPart.etag(named),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                upload.attributes()
                        .with(PartChecksums.ofObject(request, upload, chosen))
                        .locked(locks.applied(bucket, upload.attributes().lock())),
                Content.of(segments),
                chosen.stream().map(Part::size).toList(),
                upload.id());
        long stored = all.stream().mapToLong(Part::size).sum();
        Change change = Change.of(bucket, request, "ObjectCreated:CompleteMultipartUpload");
        Optional<VersionId> version = index.put(change, object, List.of(), size, condition);
        uploads.end(
                change,
                upload.id(),
                chosen.stream().map(part -> (long) part.number()).toList(),
                stored - size);
        return new Completed(object, version);
    }
}
