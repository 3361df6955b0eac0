package dev.mayfly.objects.listing;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.Numbers;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import java.util.List;
import org.springframework.stereotype.Component;

/** The first version of listings, which older clients still use. */
@Component
final class ListObjects implements Handler {
    private final Buckets buckets;
    private final Listing listing;

    ListObjects(Buckets buckets, Listing listing) {
        this.buckets = buckets;
        this.listing = listing;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.LIST_OBJECTS;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        KeyEncoding encoding = KeyEncoding.of(request);
        int limit = Numbers.query(request, "max-keys", ListingXml.MAX_KEYS, ListingXml.MAX_KEYS);
        String prefix = request.queryOrEmpty("prefix");
        String delimiter = request.queryOrEmpty("delimiter");
        String marker = request.queryOrEmpty("marker");
        List<Listing.Entry> found = limit == 0
                ? List.of()
                : listing.list(new Listing.Question(bucket.id(), prefix, delimiter, marker), limit + 1);
        boolean more = found.size() > limit;
        List<Listing.Entry> page = more ? found.subList(0, limit) : found;
        boolean showNext = more && !delimiter.isEmpty();
        Xml xml = Xml.root("ListBucketResult")
                .element("Name", bucket.name())
                .element("Prefix", encoding.show(prefix))
                .element("Marker", encoding.show(marker))
                .element("NextMarker", showNext ? encoding.show(page.getLast().name()) : null)
                .element("Delimiter", delimiter.isEmpty() ? null : encoding.show(delimiter))
                .element("MaxKeys", limit)
                .element("IsTruncated", Boolean.toString(more));
        encoding.tell(xml);
        ListingXml.write(xml, page, encoding, bucket.accountId());
        return Answer.xml(xml);
    }
}
