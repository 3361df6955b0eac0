package dev.mayfly.objects.multipart;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.object.ETags;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.Numbers;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import java.util.List;
import org.springframework.stereotype.Component;

@Component
final class ListParts implements Handler {
    private static final int MAX_PARTS = 1000;

    private final Buckets buckets;
    private final Uploads uploads;

    ListParts(Buckets buckets, Uploads uploads) {
        this.buckets = buckets;
        this.uploads = uploads;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.LIST_PARTS;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        Upload upload = uploads.require(bucket, request);
        int limit = Numbers.query(request, "max-parts", MAX_PARTS, MAX_PARTS);
        int marker = Numbers.query(request, "part-number-marker", 0, Integer.MAX_VALUE);
        List<Part> found = uploads.parts(upload.id(), marker, limit + 1);
        boolean more = found.size() > limit;
        List<Part> page = more ? found.subList(0, limit) : found;
        Xml xml = Xml.root("ListPartsResult")
                .element("Bucket", bucket.name())
                .element("Key", upload.key())
                .element("UploadId", upload.id().toString())
                .owner("Initiator", upload.initiator())
                .owner("Owner", upload.owner(bucket))
                .element("StorageClass", "STANDARD")
                .element("PartNumberMarker", marker)
                .element(
                        "NextPartNumberMarker",
                        page.isEmpty() ? 0 : page.getLast().number())
                .element("MaxParts", limit)
                .element("IsTruncated", Boolean.toString(more));
        if (upload.checksum() != null && upload.checksumType() != null) {
            xml.element("ChecksumAlgorithm", upload.checksum().name())
                    .element("ChecksumType", upload.checksumType().name());
        }
        for (Part part : page) {
            xml.open("Part")
                    .element("PartNumber", part.number())
                    .element("LastModified", S3Dates.iso(part.modifiedAt()))
                    .element("ETag", ETags.quoted(part.etag()))
                    .element("Size", part.size());
            if (upload.checksum() != null) {
                xml.element(upload.checksum().element(), part.checksum());
            }
            xml.close();
        }
        return Answer.xml(xml);
    }
}
