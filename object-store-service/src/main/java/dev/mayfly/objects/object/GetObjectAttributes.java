package dev.mayfly.objects.object;

import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

@Component
final class GetObjectAttributes implements Handler {
    private final Buckets buckets;
    private final ObjectIndex index;

    GetObjectAttributes(Buckets buckets, ObjectIndex index) {
        this.buckets = buckets;
        this.index = index;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_OBJECT_ATTRIBUTES;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        StoredObject object = index.require(bucket, request.key(), VersionId.of(request), false);
        String wanted = request.header("x-amz-object-attributes");
        if (wanted == null || wanted.isBlank()) {
            throw S3Exception.invalidArgument(
                    "x-amz-object-attributes",
                    "",
                    "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty");
        }
        var names = Arrays.stream(wanted.split(",")).map(String::strip).collect(Collectors.toSet());
        Xml xml = Xml.root("GetObjectAttributesResponse");
        if (names.contains("ETag")) {
            xml.element("ETag", object.etag());
        }
        ObjectChecksum checksum = object.attributes().checksum();
        if (names.contains("Checksum") && checksum != null) {
            xml.open("Checksum")
                    .element(checksum.algorithm().element(), checksum.value())
                    .element("ChecksumType", checksum.type().name())
                    .close();
        }
        if (names.contains("ObjectParts") && !object.partSizes().isEmpty()) {
            xml.open("ObjectParts")
                    .element("PartsCount", object.partSizes().size())
                    .close();
        }
        if (names.contains("StorageClass")) {
            xml.element("StorageClass", "STANDARD");
        }
        if (names.contains("ObjectSize")) {
            xml.element("ObjectSize", object.size());
        }
        Answer answer = Answer.xml(xml).with("Last-Modified", S3Dates.http(object.modifiedAt()));
        if (bucket.isVersioned()) {
            answer.with(VersionId.HEADER, object.version().text());
        }
        return answer;
    }
}
