package dev.mayfly.objects.bucket;

import dev.mayfly.objects.error.S3Exception;
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
final class ListBuckets implements Handler {
    private static final int MAX_BUCKETS = 10_000;

    private final Buckets buckets;

    ListBuckets(Buckets buckets) {
        this.buckets = buckets;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.LIST_BUCKETS;
    }

    @Override
    public Answer handle(S3Request request) {
        int limit = Math.max(1, Numbers.query(request, "max-buckets", MAX_BUCKETS, MAX_BUCKETS));
        String prefix = request.queryOrEmpty("prefix");
        String after = request.queryOrEmpty("continuation-token");
        if (after.indexOf('\0') >= 0) {
            throw S3Exception.invalidArgument("continuation-token", after, "The continuation token is not valid");
        }
        List<Bucket> found =
                prefix.indexOf('\0') >= 0 ? List.of() : buckets.list(request.accountId(), prefix, after, limit + 1);
        Xml xml = Xml.root("ListAllMyBucketsResult").owner("Owner", request.accountId());
        xml.open("Buckets");
        for (Bucket bucket : found.subList(0, Math.min(limit, found.size()))) {
            xml.open("Bucket")
                    .element("Name", bucket.name())
                    .element("CreationDate", S3Dates.iso(bucket.createdAt()))
                    .element("BucketRegion", bucket.region())
                    .close();
        }
        xml.close();
        if (!prefix.isEmpty()) {
            xml.element("Prefix", prefix);
        }
        if (found.size() > limit) {
            xml.element("ContinuationToken", found.get(limit - 1).name());
        }
        return Answer.xml(xml);
    }
}
