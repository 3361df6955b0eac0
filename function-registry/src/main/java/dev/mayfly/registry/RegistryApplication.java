package dev.mayfly.registry;

import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.contracts.trust.Vouching;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.filter.UrlHandlerFilter;

/** Starts the function registry. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class RegistryApplication {

    public static void main(String[] args) {
        SpringApplication.run(RegistryApplication.class, args);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Sealer sealer(RegistryProperties properties) {
        return Sealer.of(properties.trustKey());
    }

    @Bean
    Vouching vouching(Sealer sealer, Clock clock) {
        return new Vouching(sealer, clock);
    }

    @Bean
    FilterRegistrationBean<VoucherFilter> voucherFilter(Vouching vouching) {
        var registration = new FilterRegistrationBean<>(new VoucherFilter(vouching));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    /** A slash at the end of a path is of no account: older clients of the Lambda API send some. */
    @Bean
    FilterRegistrationBean<UrlHandlerFilter> trailingSlashes() {
        return new FilterRegistrationBean<>(
                UrlHandlerFilter.trailingSlashHandler("/**").wrapRequest().build());
    }

    @Bean(destroyMethod = "shutdownNow")
    HttpClient httpClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }
}
