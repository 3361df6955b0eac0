package dev.mayfly.objects.object;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.object.Deletion.Outcome;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

@Component
final class DeleteObjects implements Handler {
    private static final int MAX_KEYS = 1000;
    private static final int MAX_KEY_BYTES = 1024;
    private static final int MAX_DOCUMENT = 8 << 20;

    private final Buckets buckets;
    private final ObjectIndex index;

    DeleteObjects(Buckets buckets, ObjectIndex index) {
        this.buckets = buckets;
        this.index = index;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.DELETE_OBJECTS;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        Bucket bucket = buckets.open(request);
        if (!RequestBody.isProtected(request)) {
            throw new S3Exception(S3Error.MISSING_CHECKSUM, S3Error.MISSING_CHECKSUM.message());
        }
        XmlElement document = XmlElement.parse(RequestBody.document(request, MAX_DOCUMENT), "Delete");
        boolean quiet = "true".equalsIgnoreCase(document.child("Quiet"));
        List<XmlElement> named = document.children("Object");
        if (named.isEmpty() || named.size() > MAX_KEYS) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        Xml result = Xml.root("DeleteResult");
        var deletions = new ArrayList<Deletion>(named.size());
        for (XmlElement object : named) {
            try {
                Deletion deletion = deletion(object, request);
                String action = deletion.version() == null ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
                if (!request.permits(action, deletion.key())) {
                    throw new S3Exception(S3Error.ACCESS_DENIED);
                }
                deletions.add(deletion);
            } catch (S3Exception e) {
                refused(result, object.require("Key"), object.child("VersionId"), e);
            }
        }
        List<Outcome> outcomes = index.delete(Change.of(bucket, request, "ObjectRemoved:Delete"), deletions);
        for (int i = 0; i < outcomes.size(); i++) {
            Deletion deletion = deletions.get(i);
            VersionId version = deletion.version();
            if (outcomes.get(i) instanceof Outcome.Refused refusal) {
                refused(result, deletion.key(), version == null ? null : version.text(), refusal.why());
            } else if (!quiet) {
                deleted(result, deletion.key(), version == null ? null : version.text(), outcomes.get(i));
            }
        }
        return Answer.xml(result);
    }

    private static void refused(Xml result, String key, @Nullable String version, S3Exception why) {
        result.open("Error")
                .element("Key", key)
                .element("VersionId", version)
                .element("Code", why.error().code())
                .element("Message", why.text())
                .close();
    }

    private static void deleted(Xml result, String key, @Nullable String version, Outcome outcome) {
        result.open("Deleted").element("Key", key).element("VersionId", version);
        if (outcome instanceof Outcome.Marked marked) {
            result.element("DeleteMarker", "true")
                    .element("DeleteMarkerVersionId", marked.marker().text());
        } else if (outcome instanceof Outcome.Gone gone && gone.marker()) {
            result.element("DeleteMarker", "true").element("DeleteMarkerVersionId", version);
        }
        result.close();
    }

    private static Deletion deletion(XmlElement object, S3Request request) {
        String key = object.require("Key");
        if (key.isEmpty() || ObjectIndex.bytes(key).length > MAX_KEY_BYTES) {
            throw new S3Exception(S3Error.KEY_TOO_LONG);
        }
        String version = object.child("VersionId");
        String size = object.child("Size");
        try {
            return new Deletion(
                    key,
                    version == null || version.isEmpty() ? null : VersionId.parse("VersionId", version),
                    object.child("ETag"),
                    S3Dates.parse(object.child("LastModifiedTime")),
                    size == null ? null : Long.valueOf(size.strip()),
                    ObjectLocks.bypass(request, key));
        } catch (NumberFormatException e) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
    }
}
