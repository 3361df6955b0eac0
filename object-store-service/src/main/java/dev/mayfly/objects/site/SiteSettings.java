package dev.mayfly.objects.site;

import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.bucket.settings.SettingHandlers;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SiteSettings {
    static final Setting<SiteConfiguration> SITE =
            Setting.xml("website", SiteConfiguration.ROOT, SiteConfiguration::read, SiteConfiguration::write);

    private static final int MAX_DOCUMENT_BYTES = 128 << 10;

    @Bean
    Handler getBucketWebsite(SettingHandlers handlers) {
        return handlers.get(S3Operation.GET_BUCKET_WEBSITE, SITE, S3Error.NO_SUCH_WEBSITE_CONFIGURATION);
    }

    @Bean
    Handler putBucketWebsite(SettingHandlers handlers) {
        return handlers.put(S3Operation.PUT_BUCKET_WEBSITE, SITE, 200, MAX_DOCUMENT_BYTES);
    }

    @Bean
    Handler deleteBucketWebsite(SettingHandlers handlers) {
        return handlers.delete(S3Operation.DELETE_BUCKET_WEBSITE, SITE);
    }
}
