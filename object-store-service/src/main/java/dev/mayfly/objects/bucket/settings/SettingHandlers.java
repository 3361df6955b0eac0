package dev.mayfly.objects.bucket.settings;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Makes the handlers that read, write and delete a setting. */
@Component
public final class SettingHandlers {
    private final Buckets buckets;
    private final BucketSettings settings;

    SettingHandlers(Buckets buckets, BucketSettings settings) {
        this.buckets = buckets;
        this.settings = settings;
    }

    /** Answers with the document, or with {@code missing}. */
    public <T> Handler get(S3Operation operation, Setting<T> setting, S3Error missing) {
        return Handler.of(operation, request -> {
            Bucket bucket = buckets.open(request);
            T value = settings.find(bucket, setting)
                    .orElseThrow(
                            () -> new S3Exception(missing, missing.message(), Map.of("BucketName", bucket.name())));
            return Answer.xml(setting.write().apply(value));
        });
    }

    /**
     * Takes a document.
     *
     * @param status of the empty answer
     * @param limit longest document in bytes
     */
    public <T> Handler put(S3Operation operation, Setting<T> setting, int status, int limit) {
        return Handler.of(operation, request -> {
            Bucket bucket = buckets.open(request);
            settings.put(bucket, setting, setting.parse().apply(RequestBody.document(request, limit)));
            return Answer.empty(status);
        });
    }

    /** Answers 204, whether it was set or not. */
    public Handler delete(S3Operation operation, Setting<?> setting) {
        return Handler.of(operation, request -> {
            settings.delete(buckets.open(request), setting);
            return Answer.empty(204);
        });
    }
}
