package dev.mayfly.observability;

import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.contracts.trust.Vouching;
import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/** Shows logs, traces and the queue. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(ObservabilitySettings.class)
public class ObservabilityApplication {
    public static void main(String[] args) {
        SpringApplication.run(ObservabilityApplication.class, args);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    FilterRegistrationBean<VoucherFilter> voucherFilter(ObservabilitySettings settings, Clock clock) {
        var filter = new VoucherFilter(new Vouching(Sealer.of(settings.trustKey()), clock));
        var registration = new FilterRegistrationBean<>(filter);
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }
}
