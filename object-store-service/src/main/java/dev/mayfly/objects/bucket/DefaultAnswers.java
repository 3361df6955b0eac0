package dev.mayfly.objects.bucket;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.Xml;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What S3 answers about features that a bucket does not use, for those that it cannot use here. */
@Configuration(proxyBeanMethods = false)
class DefaultAnswers {
    private final Buckets buckets;

    DefaultAnswers(Buckets buckets) {
        this.buckets = buckets;
    }

    @Bean
    Handler getBucketRequestPayment() {
        return Handler.of(S3Operation.GET_BUCKET_REQUEST_PAYMENT, request -> {
            buckets.open(request);
            return Answer.xml(Xml.root("RequestPaymentConfiguration").element("Payer", "BucketOwner"));
        });
    }

    @Bean
    Handler getBucketLogging() {
        return Handler.of(S3Operation.GET_BUCKET_LOGGING, request -> {
            buckets.open(request);
            return Answer.xml(Xml.root("BucketLoggingStatus"));
        });
    }

    @Bean
    Handler getBucketAccelerate() {
        return Handler.of(S3Operation.GET_BUCKET_ACCELERATE_CONFIGURATION, request -> {
            buckets.open(request);
            return Answer.xml(Xml.root("AccelerateConfiguration"));
        });
    }

    @Bean
    Handler getBucketReplication() {
        return Handler.of(S3Operation.GET_BUCKET_REPLICATION, request -> {
            throw new S3Exception(
                    S3Error.NO_SUCH_REPLICATION_CONFIGURATION,
                    S3Error.NO_SUCH_REPLICATION_CONFIGURATION.message(),
                    Map.of("BucketName", buckets.open(request).name()));
        });
    }
}
