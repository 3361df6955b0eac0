package dev.mayfly.objects.object;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.acl.Acl;
import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.blob.ContentReader;
import dev.mayfly.objects.blob.ContentWriter;
import dev.mayfly.objects.body.ChecksumAlgorithm;
import dev.mayfly.objects.body.Hash;
import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.encryption.Encryption;
import dev.mayfly.objects.encryption.ServerSideEncryption;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLock;
import dev.mayfly.objects.lock.ObjectLocks;
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
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Copies by naming the same blobs once more: no byte moves. */
@Component
final class CopyObject implements Handler {
    private final Buckets buckets;
    private final ObjectIndex index;
    private final ObjectLocks locks;
    private final ContentReader reader;
    private final ServerSideEncryption encryption;
    private final ObjectsProperties properties;
    private final Transactions transactions;
    private final Clock clock;

    CopyObject(
            Buckets buckets,
            ObjectIndex index,
            ObjectLocks locks,
            ContentReader reader,
            ServerSideEncryption encryption,
            ObjectsProperties properties,
            Transactions transactions,
            Clock clock) {
        this.encryption = encryption;
        this.properties = properties;
        this.buckets = buckets;
        this.index = index;
        this.locks = locks;
        this.reader = reader;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.COPY_OBJECT;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        UnsupportedHeaders.check(request);
        WriteCondition condition = WriteCondition.of(request);
        boolean replace = replacesMetadata(request);
        Bucket bucket = buckets.open(request);
        CopySource source = CopySource.of(request, buckets);
        if (!replace
                && request.header(ObjectAttributes.REDIRECT) == null
                && request.header("x-amz-server-side-encryption") == null
                && request.header("x-amz-server-side-encryption-customer-algorithm") == null
                && source.version() == null
                && source.bucket().id() == bucket.id()
                && source.key().equals(request.key())) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
        }
        ObjectLock lock = locks.asked(bucket, request);
        Copied copied = null;
        while (copied == null) {
            copied = copy(request, bucket, source, replace, lock, condition);
        }
        StoredObject copy = copied.copy();
        ObjectChecksum checksum = copy.attributes().checksum();
        Xml xml = Xml.root("CopyObjectResult")
                .element("LastModified", S3Dates.iso(copy.modifiedAt()))
                .element("ETag", ETags.quoted(copy.etag()));
        if (checksum != null) {
            xml.element("ChecksumType", checksum.type().name())
                    .element(checksum.algorithm().element(), checksum.value());
        }
        Answer answer = Answer.xml(xml);
        source.tell(answer, copied.source());
        ObjectHeaders.addVersion(answer, copied.version());
        ServerSideEncryption.tell(answer, request, copy.attributes().encryption());
        return answer;
    }

    private record Copied(StoredObject source, StoredObject copy, Optional<VersionId> version) {}

    /** The copy, or null when the source was replaced and its blobs swept meanwhile: then it is read again. */
    private @Nullable Copied copy(
            S3Request request,
            Bucket bucket,
            CopySource from,
            boolean replace,
            @Nullable ObjectLock lock,
            WriteCondition condition)
            throws IOException {
        StoredObject source = index.require(from.bucket(), from.key(), from.version(), true);
        ReadConditions.requireForCopy(request, source);
        if (source.size() > PutObject.MAX_BYTES) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "The specified copy source is larger than the maximum allowable size for a copy source: "
                            + PutObject.MAX_BYTES);
        }
        Encryption known = source.attributes().encryption();
        Content content = ServerSideEncryption.unlockedSource(request, known, source.content());
        ServerSideEncryption.Choice sealing = encryption.ofCopy(request, bucket, known);
        ObjectAttributes attributes = (replace
                        ? ObjectAttributes.of(request)
                        : source.attributes().copied(request).withAcl(request.attached(Acl.class)))
                .tagged(
                        ObjectTags.replaces(request)
                                ? ObjectTags.of(request)
                                : source.attributes().tags())
                .locked(locks.applied(bucket, lock))
                .with(checksum(request, source, content))
                .with(sealing.encryption());
        Change change = Change.of(bucket, request, "ObjectCreated:Copy");
        if (!ServerSideEncryption.isSame(known, from.bucket(), sealing, bucket, request)) {
            return rewritten(request, change, source, content, attributes, sealing, condition);
        }
        StoredObject copy = copy(request, source, attributes.with(known), source.content());
        return transactions
                .run(() -> index.share(source.content().segments())
                        ? Optional.of(new Copied(source, copy, index.put(change, copy, List.of(), 0, condition)))
                        : Optional.<Copied>empty())
                .orElse(null);
    }

    private StoredObject copy(S3Request request, StoredObject source, ObjectAttributes attributes, Content content) {
        return new StoredObject(
                request.key(),
                source.size(),
                source.etag(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                attributes,
                content,
                source.partSizes(),
                null);
    }

    /** A copy that is encrypted in another way: its bytes are its own. */
    private Copied rewritten(
            S3Request request,
            Change change,
            StoredObject source,
            Content content,
            ObjectAttributes attributes,
            ServerSideEncryption.Choice sealing,
            WriteCondition condition)
            throws IOException {
        try (var writer = new ContentWriter(reader.store(), properties.inlineLimit(), source.size(), sealing.key())) {
            reader.copy(content, writer);
            StoredObject copy = copy(request, source, attributes, writer.finish());
            writer.release();
            try {
                return new Copied(source, copy, index.put(change, copy, writer.blobs(), 0, condition));
            } catch (S3Exception e) {
                writer.reclaim();
                throw e;
            }
        }
    }

    /** The source's checksum, or one of another kind that the request asks for. */
    private @Nullable ObjectChecksum checksum(S3Request request, StoredObject source, Content content)
            throws IOException {
        ObjectChecksum known = source.attributes().checksum();
        ChecksumAlgorithm wanted = ChecksumAlgorithm.named(request.header("x-amz-checksum-algorithm"));
        if (wanted == null || known != null && known.algorithm() == wanted) {
            return known;
        }
        Hash hash = wanted.hash();
        reader.copy(content, hash::update);
        return new ObjectChecksum(
                wanted, Base64.getEncoder().encodeToString(hash.value()), ObjectChecksum.Type.FULL_OBJECT);
    }

    private static boolean replacesMetadata(S3Request request) {
        String directive = request.header("x-amz-metadata-directive");
        if (directive == null || directive.equals("COPY")) {
            return false;
        }
        if (directive.equals("REPLACE")) {
            return true;
        }
        throw S3Exception.invalidArgument("x-amz-metadata-directive", directive, "Unknown metadata directive.");
    }
}
