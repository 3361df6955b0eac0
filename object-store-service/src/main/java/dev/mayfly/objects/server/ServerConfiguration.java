package dev.mayfly.objects.server;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.access.Access;
import dev.mayfly.objects.blob.BlobVerification;
import dev.mayfly.objects.body.Patience;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.cors.Cors;
import dev.mayfly.objects.metering.RequestMeter;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.quota.RequestRates;
import dev.mayfly.objects.site.Site;
import java.util.EnumMap;
import java.util.List;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ServerConfiguration {
    @Bean
    ServletRegistrationBean<VerifyServlet> verifyServlet(BlobVerification verification) {
        return new ServletRegistrationBean<>(new VerifyServlet(verification), "/v1/objects/verify");
    }

    @Bean
    ServletRegistrationBean<S3Servlet> s3Servlet(
            List<Handler> handlers,
            Access access,
            RequestRates rates,
            Cors cors,
            RequestMeter meter,
            AnswerWriter writer,
            ObjectsProperties properties) {
        var byOperation = new EnumMap<S3Operation, Handler>(S3Operation.class);
        handlers.forEach(handler -> byOperation.put(handler.operation(), handler));
        var patience = new Patience(properties.patience(), properties.slowest().toBytes());
        var registration = new ServletRegistrationBean<>(
                new S3Servlet(byOperation, access, rates, cors, meter, writer, patience), "/s3");
        registration.setLoadOnStartup(1);
        return registration;
    }

    @Bean
    ServletRegistrationBean<SiteServlet> siteServlet(
            Buckets buckets, Site site, RequestMeter meter, AnswerWriter writer) {
        return new ServletRegistrationBean<>(new SiteServlet(buckets, site, meter, writer), "/site");
    }
}
