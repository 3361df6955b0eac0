package dev.mayfly.identity;

import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.contracts.trust.Vouching;
import java.time.Clock;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** Keys, clock and the filter that lets only vouched requests in. */
@Configuration(proxyBeanMethods = false)
class IdentityConfiguration {
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Sealer masterKey(IdentitySettings settings) {
        return Sealer.of(settings.masterKey());
    }

    @Bean
    FilterRegistrationBean<VoucherFilter> voucherFilter(IdentitySettings settings, Clock clock) {
        var filter = new VoucherFilter(new Vouching(Sealer.of(settings.trustKey()), clock));
        var registration = new FilterRegistrationBean<>(filter);
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }
}
