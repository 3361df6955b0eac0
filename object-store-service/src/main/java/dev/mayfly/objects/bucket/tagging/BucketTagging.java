package dev.mayfly.objects.bucket.tagging;

import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.bucket.settings.SettingHandlers;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The tags of a bucket. */
@Configuration(proxyBeanMethods = false)
public class BucketTagging {
    public static final Setting<TagSet> TAGS =
            Setting.xml("tagging", "Tagging", xml -> TagSet.read(xml, TagSet.MAX_BUCKET_TAGS), TagSet::write);

    private static final int MAX_DOCUMENT_BYTES = 128 << 10;

    @Bean
    Handler getBucketTagging(SettingHandlers handlers) {
        return handlers.get(S3Operation.GET_BUCKET_TAGGING, TAGS, S3Error.NO_SUCH_TAG_SET);
    }

    @Bean
    Handler putBucketTagging(SettingHandlers handlers) {
        return handlers.put(S3Operation.PUT_BUCKET_TAGGING, TAGS, 204, MAX_DOCUMENT_BYTES);
    }

    @Bean
    Handler deleteBucketTagging(SettingHandlers handlers) {
        return handlers.delete(S3Operation.DELETE_BUCKET_TAGGING, TAGS);
    }
}
