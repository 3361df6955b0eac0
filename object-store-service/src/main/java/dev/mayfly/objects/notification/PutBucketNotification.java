package dev.mayfly.objects.notification;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.io.IOException;
import org.springframework.stereotype.Component;

/** Replaces all rules at once; none are left by an empty document. */
@Component
final class PutBucketNotification implements Handler {
    private static final int MAX_DOCUMENT_BYTES = 1 << 20;

    private final Buckets buckets;
    private final BucketSettings settings;
    private final FunctionChecks functions;

    PutBucketNotification(Buckets buckets, BucketSettings settings, FunctionChecks functions) {
        this.buckets = buckets;
        this.settings = settings;
        this.functions = functions;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.PUT_BUCKET_NOTIFICATION_CONFIGURATION;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        Bucket bucket = buckets.open(request);
        var wanted = NotificationConfiguration.SETTING.parse().apply(RequestBody.document(request, MAX_DOCUMENT_BYTES));
        boolean unchecked = "true".equalsIgnoreCase(request.header("x-amz-skip-destination-validation"));
        functions.check(bucket, wanted, !unchecked);
        if (wanted.functions().isEmpty()) {
            settings.delete(bucket, NotificationConfiguration.SETTING);
        } else {
            settings.put(bucket, NotificationConfiguration.SETTING, wanted);
        }
        return Answer.empty(200);
    }
}
