package dev.mayfly.objects.lifecycle;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.object.StoredObject;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Percent;
import dev.mayfly.objects.protocol.S3Dates;
import java.time.Instant;
import org.springframework.stereotype.Component;

/** Tells clients when an object will expire. */
@Component
public class Expirations {
    private final BucketSettings settings;
    private final ObjectsProperties properties;

    Expirations(BucketSettings settings, ObjectsProperties properties) {
        this.settings = settings;
        this.properties = properties;
    }

    /** Names the rule that deletes this current version first, if one does. */
    public void tell(Answer answer, Bucket bucket, StoredObject object) {
        Instant first = null;
        String id = "";
        Lifecycle lifecycle = settings.find(bucket, Lifecycle.SETTING).orElse(null);
        if (lifecycle == null) {
            return;
        }
        for (LifecycleRule rule : lifecycle.enabled()) {
            Instant expires = rule.expires(object.modifiedAt(), properties.lifecycleDay());
            if (expires != null
                    && (first == null || expires.isBefore(first))
                    && rule.filter()
                            .fits(
                                    object.key(),
                                    object.size(),
                                    object.attributes().tags())) {
                first = expires;
                id = rule.id();
            }
        }
        if (first != null && first.isBefore(Instant.MAX)) {
            answer.with(
                    "x-amz-expiration",
                    "expiry-date=\"" + S3Dates.http(first) + "\", rule-id=\"" + Percent.encode(id) + "\"");
        }
    }
}
