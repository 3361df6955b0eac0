package dev.mayfly.objects;

import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.objects.blob.BlobIndex;
import dev.mayfly.objects.blob.BlobStore;
import dev.mayfly.objects.blob.ContentReader;
import dev.mayfly.objects.blob.DataKeys;
import dev.mayfly.objects.blob.DirectoryBlobStore;
import dev.mayfly.objects.blob.S3BlobStore;
import io.minio.MinioClient;
import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

@Configuration(proxyBeanMethods = false)
class ObjectStoreConfiguration {
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Vouching vouching(MayflyProperties mayfly, Clock clock) {
        return new Vouching(Sealer.of(mayfly.trustKey()), clock);
    }

    @Bean
    FilterRegistrationBean<VoucherFilter> voucherFilter(Vouching vouching) {
        var registration = new FilterRegistrationBean<>(new VoucherFilter(vouching));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    @Bean
    BlobStore blobStore(MayflyProperties mayfly, ObjectsProperties objects) throws IOException {
        return switch (objects.blobs()) {
            case DIRECTORY -> new DirectoryBlobStore(mayfly.data());
            case S3 -> {
                ObjectsProperties.S3 s3 = Objects.requireNonNull(
                        objects.s3(),
                        "mayfly.objects.blobs=s3 needs mayfly.objects.s3.endpoint, access-key, secret-key");
                MinioClient client = MinioClient.builder()
                        .endpoint(s3.endpoint())
                        .credentials(s3.accessKey(), s3.secretKey())
                        .region(s3.region())
                        .build();
                yield new S3BlobStore(client, s3.bucket(), mayfly.data().resolve("unfinished"));
            }
        };
    }

    @Bean
    ContentReader contentReader(BlobStore store, BlobIndex index, DataKeys keys) {
        return new ContentReader(store, index, keys);
    }
}
