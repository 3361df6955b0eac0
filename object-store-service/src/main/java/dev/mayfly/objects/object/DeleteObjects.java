package dev.mayfly.objects.object;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.io.IOException;
import java.util.LinkedHashSet;
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
        var keys = new LinkedHashSet<String>();
        Xml result = Xml.root("DeleteResult");
        for (XmlElement object : named) {
            String key = object.require("Key");
            S3Error refused = refusal(object, key);
            if (refused == null) {
                keys.add(key);
            } else {
                result.open("Error")
                        .element("Key", key)
                        .element("VersionId", object.child("VersionId"))
                        .element("Code", refused.code())
                        .element("Message", refused.message())
                        .close();
            }
        }
        index.delete(Change.of(bucket, request, "ObjectRemoved:Delete"), List.copyOf(keys), null);
        if (!quiet) {
            keys.forEach(key -> result.open("Deleted").element("Key", key).close());
        }
        return Answer.xml(result);
    }

    private static @Nullable S3Error refusal(XmlElement object, String key) {
        String version = object.child("VersionId");
        if (version != null && !version.isEmpty() && !version.equals("null")) {
            return S3Error.INVALID_ARGUMENT;
        }
        if (object.child("ETag") != null || object.child("Size") != null || object.child("LastModifiedTime") != null) {
            return S3Error.NOT_IMPLEMENTED;
        }
        return key.isEmpty() || ObjectIndex.bytes(key).length > MAX_KEY_BYTES ? S3Error.KEY_TOO_LONG : null;
    }
}
