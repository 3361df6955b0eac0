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

@Component
final class ListObjectsV2 implements Handler {
    private final Buckets buckets;
    private final Listing listing;

    ListObjectsV2(Buckets buckets, Listing listing) {
        this.buckets = buckets;
        this.listing = listing;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.LIST_OBJECTS_V2;
    }

    @Override
    public Answer handle(S3Request request) {
        Bucket bucket = buckets.open(request);
        KeyEncoding encoding = KeyEncoding.of(request);
        int limit = Numbers.query(request, "max-keys", ListingXml.MAX_KEYS, ListingXml.MAX_KEYS);
        String prefix = request.queryOrEmpty("prefix");
        String delimiter = request.queryOrEmpty("delimiter");
        String startAfter = request.queryOrEmpty("start-after");
        String token = request.query("continuation-token");
        String after = token == null || token.isEmpty() ? startAfter : ContinuationToken.read(token);
        List<Listing.Entry> found = limit == 0
                ? List.of()
                : listing.list(new Listing.Question(bucket.id(), prefix, delimiter, after), limit + 1);
        boolean more = found.size() > limit;
        List<Listing.Entry> page = more ? found.subList(0, limit) : found;
        Xml xml = Xml.root("ListBucketResult")
                .element("Name", bucket.name())
                .element("Prefix", encoding.show(prefix))
                .element("Delimiter", delimiter.isEmpty() ? null : encoding.show(delimiter))
                .element("StartAfter", startAfter.isEmpty() ? null : encoding.show(startAfter))
                .element("ContinuationToken", token)
                .element(
                        "NextContinuationToken",
                        more ? ContinuationToken.of(page.getLast().name()) : null)
                .element("KeyCount", page.size())
                .element("MaxKeys", limit)
                .element("IsTruncated", Boolean.toString(more));
        encoding.tell(xml);
        boolean withOwner = "true".equalsIgnoreCase(request.query("fetch-owner"));
        ListingXml.write(xml, page, encoding, withOwner ? bucket.accountId() : null);
        return Answer.xml(xml);
    }
}
