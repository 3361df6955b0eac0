package dev.mayfly.objects.multipart;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.listing.KeyEncoding;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.Numbers;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

@Component
final class ListMultipartUploads implements Handler {
    private static final int MAX_UPLOADS = 1000;

    private final Buckets buckets;
    private final Uploads uploads;

    ListMultipartUploads(Buckets buckets, Uploads uploads) {
        this.buckets = buckets;
        this.uploads = uploads;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.LIST_MULTIPART_UPLOADS;
    }

    /** What a page holds; markers name its last entry. */
    private static final class Page {
        private final List<Upload> uploads = new ArrayList<>();
        private final LinkedHashSet<String> prefixes = new LinkedHashSet<>();
        private boolean more;
        private String nextKey = "";
        private String nextId = "";

        int size() {
            return uploads.size() + prefixes.size();
        }
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        KeyEncoding encoding = KeyEncoding.of(request);
        int limit = Numbers.query(request, "max-uploads", MAX_UPLOADS, MAX_UPLOADS);
        String prefix = request.queryOrEmpty("prefix");
        String delimiter = request.queryOrEmpty("delimiter");
        String keyMarker = request.queryOrEmpty("key-marker");
        String idMarker = keyMarker.isEmpty() ? "" : idMarker(request);
        Page page = page(bucket, prefix, delimiter, keyMarker, idMarker, limit);
        Xml xml = Xml.root("ListMultipartUploadsResult")
                .element("Bucket", bucket.name())
                .element("KeyMarker", encoding.show(keyMarker))
                .element("UploadIdMarker", idMarker)
                .element("NextKeyMarker", page.more ? encoding.show(page.nextKey) : null)
                .element("NextUploadIdMarker", page.more && !page.nextId.isEmpty() ? page.nextId : null)
                .element("Prefix", encoding.show(prefix))
                .element("Delimiter", delimiter.isEmpty() ? null : encoding.show(delimiter))
                .element("MaxUploads", limit)
                .element("IsTruncated", Boolean.toString(page.more));
        encoding.tell(xml);
        for (Upload upload : page.uploads) {
            xml.open("Upload")
                    .element("Key", encoding.show(upload.key()))
                    .element("UploadId", upload.id().toString())
                    .owner("Initiator", upload.initiator())
                    .owner("Owner", upload.owner(bucket))
                    .element("StorageClass", "STANDARD")
                    .element("Initiated", S3Dates.iso(upload.initiatedAt()))
                    .close();
        }
        for (String folded : page.prefixes) {
            xml.open("CommonPrefixes").element("Prefix", encoding.show(folded)).close();
        }
        return Answer.xml(xml);
    }

    private Page page(Bucket bucket, String prefix, String delimiter, String keyMarker, String idMarker, int limit) {
        var page = new Page();
        byte[] from = ObjectIndex.bytes(idMarker.isEmpty() && !keyMarker.isEmpty() ? keyMarker + "\0" : keyMarker);
        byte[] first = ObjectIndex.bytes(prefix);
        if (Arrays.compareUnsigned(from, first) < 0) {
            from = first;
        }
        String key = idMarker.isEmpty() ? "" : keyMarker;
        String id = idMarker;
        while (limit > 0) {
            List<Upload> batch = uploads.list(bucket, from, key, id, MAX_UPLOADS);
            for (Upload upload : batch) {
                if (!upload.key().startsWith(prefix)) {
                    return page;
                }
                int at = delimiter.isEmpty() ? -1 : upload.key().indexOf(delimiter, prefix.length());
                String folded = at < 0 ? "" : upload.key().substring(0, at + delimiter.length());
                boolean known = at >= 0 && (page.prefixes.contains(folded) || keyMarker.startsWith(folded));
                if (!known && page.size() == limit) {
                    page.more = true;
                    return page;
                }
                if (at < 0) {
                    page.uploads.add(upload);
                } else if (!known) {
                    page.prefixes.add(folded);
                }
                page.nextKey = at < 0 ? upload.key() : folded;
                page.nextId = at < 0 ? upload.id().toString() : "";
            }
            if (batch.size() < MAX_UPLOADS) {
                return page;
            }
            key = batch.getLast().key();
            id = batch.getLast().id().toString();
            from = ObjectIndex.bytes(key);
        }
        return page;
    }

    private static String idMarker(S3Request request) {
        String marker = request.queryOrEmpty("upload-id-marker");
        try {
            return marker.isEmpty() ? "" : UUID.fromString(marker).toString();
        } catch (IllegalArgumentException e) {
            throw S3Exception.invalidArgument("upload-id-marker", marker, "Invalid uploadId marker");
        }
    }
}
