package dev.mayfly.autoscaler;

import dev.mayfly.autoscaler.decisions.Autoscaler;
import dev.mayfly.autoscaler.rules.ScalingSettings;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.contracts.trust.Vouching;
import java.time.Clock;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

@Configuration(proxyBeanMethods = false)
class AutoscalerConfiguration {
    @Bean
    Autoscaler autoscaler(ScalingSettings settings) {
        return new Autoscaler(settings, Clock.systemUTC());
    }

    @Bean
    EventPublisher eventPublisher(AutoscalerProperties properties) {
        return new EventPublisher(properties.kafka());
    }

    @Bean
    FilterRegistrationBean<VoucherFilter> voucherFilter(AutoscalerProperties properties) {
        var vouching = new Vouching(Sealer.of(properties.trustKey()), Clock.systemUTC());
        var registration = new FilterRegistrationBean<>(new VoucherFilter(vouching));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }
}
