package dev.mayfly.objects.lifecycle;

import dev.mayfly.objects.bucket.settings.SettingHandlers;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class LifecycleHandlers {
    private static final int MAX_DOCUMENT_BYTES = 1 << 20;

    @Bean
    Handler getBucketLifecycle(SettingHandlers handlers) {
        return handlers.get(
                S3Operation.GET_BUCKET_LIFECYCLE_CONFIGURATION,
                Lifecycle.SETTING,
                S3Error.NO_SUCH_LIFECYCLE_CONFIGURATION);
    }

    @Bean
    Handler putBucketLifecycle(SettingHandlers handlers) {
        return handlers.put(S3Operation.PUT_BUCKET_LIFECYCLE_CONFIGURATION, Lifecycle.SETTING, 200, MAX_DOCUMENT_BYTES);
    }

    @Bean
    Handler deleteBucketLifecycle(SettingHandlers handlers) {
        return handlers.delete(S3Operation.DELETE_BUCKET_LIFECYCLE, Lifecycle.SETTING);
    }
}
