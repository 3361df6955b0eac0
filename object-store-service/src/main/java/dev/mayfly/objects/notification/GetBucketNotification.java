package dev.mayfly.objects.notification;

import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.List;
import org.springframework.stereotype.Component;

@Component
final class GetBucketNotification implements Handler {
    private final Buckets buckets;
    private final BucketSettings settings;

    GetBucketNotification(Buckets buckets, BucketSettings settings) {
        this.buckets = buckets;
        this.settings = settings;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.GET_BUCKET_NOTIFICATION_CONFIGURATION;
    }

    @Override
    public Answer handle(S3Request request) {
        var found = settings.find(buckets.open(request), NotificationConfiguration.SETTING);
        return Answer.xml(
                found.orElseGet(() -> new NotificationConfiguration(List.of())).write());
    }
}
