package dev.mayfly.objects.object;

import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.encryption.ServerSideEncryption;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.Numbers;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

@Component
final class GetObjectAttributes implements Handler {
    private static final int MAX_PARTS = 1000;
    private static final Set<String> ATTRIBUTES =
            Set.of("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize");

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
        ServerSideEncryption.unlocked(request, object.attributes().encryption(), object.content());
        String wanted = request.headers("x-amz-object-attributes");
        if (wanted.isBlank()) {
            throw S3Exception.invalidArgument(
                    "x-amz-object-attributes",
                    "",
                    "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty");
        }
        var names = Arrays.stream(wanted.split(",")).map(String::strip).collect(Collectors.toSet());
        if (!ATTRIBUTES.containsAll(names)) {
            throw S3Exception.invalidArgument("x-amz-object-attributes", wanted, "Invalid attribute name specified.");
        }
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
            addParts(xml, request, object);
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

    /** As S3 has it, parts are listed only where their checksums are known. */
    private static void addParts(Xml xml, S3Request request, StoredObject object) {
        ObjectChecksum checksum = object.attributes().checksum();
        int count = object.partSizes().size();
        xml.open("ObjectParts").element("PartsCount", count);
        if (checksum != null && checksum.parts() != null) {
            int limit = Numbers.header(request, "x-amz-max-parts", MAX_PARTS, MAX_PARTS);
            int marker = Math.min(Numbers.header(request, "x-amz-part-number-marker", 0, Integer.MAX_VALUE), count);
            int last = Math.min(marker + limit, count);
            xml.element("PartNumberMarker", marker)
                    .element("NextPartNumberMarker", last)
                    .element("MaxParts", limit)
                    .element("IsTruncated", Boolean.toString(last < count));
            for (int number = marker + 1; number <= last; number++) {
                xml.open("Part")
                        .element("PartNumber", number)
                        .element("Size", object.partSizes().get(number - 1));
                checksum.ofPart(number)
                        .ifPresent(value -> xml.element(checksum.algorithm().element(), value));
                xml.close();
            }
        }
        xml.close();
    }
}
