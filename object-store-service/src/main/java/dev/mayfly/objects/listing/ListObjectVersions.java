package dev.mayfly.objects.listing;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.ETags;
import dev.mayfly.objects.object.VersionId;
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
final class ListObjectVersions implements Handler {
    private final Buckets buckets;
    private final VersionListing listing;

    ListObjectVersions(Buckets buckets, VersionListing listing) {
        this.buckets = buckets;
        this.listing = listing;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.LIST_OBJECT_VERSIONS;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        KeyEncoding encoding = KeyEncoding.of(request);
        int limit = Numbers.query(request, "max-keys", ListingXml.MAX_KEYS, ListingXml.MAX_KEYS);
        String prefix = request.queryOrEmpty("prefix");
        String delimiter = request.queryOrEmpty("delimiter");
        String marker = request.queryOrEmpty("key-marker");
        String versionMarker = request.queryOrEmpty("version-id-marker");
        var question =
                new VersionListing.Question(bucket.id(), prefix, delimiter, marker, seq(bucket, marker, versionMarker));
        List<VersionListing.Entry> found = limit == 0 ? List.of() : listing.list(question, limit + 1);
        boolean more = found.size() > limit;
        List<VersionListing.Entry> page = more ? found.subList(0, limit) : found;
        Xml xml = Xml.root("ListVersionsResult")
                .element("Name", bucket.name())
                .element("Prefix", encoding.show(prefix))
                .element("KeyMarker", encoding.show(marker))
                .element("VersionIdMarker", versionMarker);
        if (more) {
            VersionListing.Entry last = page.getLast();
            VersionId version = last.version();
            xml.element("NextKeyMarker", encoding.show(last.name()))
                    .element("NextVersionIdMarker", version == null ? null : marker(version));
        }
        xml.element("Delimiter", delimiter.isEmpty() ? null : encoding.show(delimiter))
                .element("MaxKeys", limit)
                .element("IsTruncated", Boolean.toString(more));
        encoding.tell(xml);
        page.forEach(entry -> write(xml, entry, encoding, bucket.accountId()));
        for (VersionListing.Entry entry : page) {
            if (entry.version() == null) {
                xml.open("CommonPrefixes")
                        .element("Prefix", encoding.show(entry.name()))
                        .close();
            }
        }
        return Answer.xml(xml);
    }

    /** Such that it names a place even when the null version has moved since. */
    private static String marker(VersionId version) {
        return (version.nonce() == null && version.seq() > 0 ? new VersionId(version.seq(), 0L) : version).text();
    }

    private long seq(Bucket bucket, String key, String versionMarker) {
        if (versionMarker.isEmpty()) {
            return 0;
        }
        if (key.isEmpty()) {
            throw S3Exception.invalidArgument(
                    "version-id-marker",
                    versionMarker,
                    "A version-id marker cannot be specified without a key marker.");
        }
        VersionId version = VersionId.parse("version-id-marker", versionMarker);
        return version.nonce() == null ? listing.seqOfNull(bucket.id(), key) : version.seq();
    }

    private static void write(Xml xml, VersionListing.Entry entry, KeyEncoding encoding, String owner) {
        VersionId version = entry.version();
        if (version == null) {
            return;
        }
        xml.open(entry.marker() ? "DeleteMarker" : "Version")
                .element("Key", encoding.show(entry.name()))
                .element("VersionId", version.text())
                .element("IsLatest", Boolean.toString(entry.latest()))
                .element("LastModified", S3Dates.iso(entry.modifiedAt()));
        if (!entry.marker()) {
            xml.element("ETag", ETags.quoted(entry.etag()))
                    .element("Size", entry.size())
                    .element("StorageClass", "STANDARD");
        }
        xml.owner("Owner", owner).close();
    }
}
