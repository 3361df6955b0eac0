package dev.mayfly.host;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.hosting.HostInvocation;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.contracts.usage.UsageJournal;
import jakarta.servlet.http.HttpServlet;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

@Configuration(proxyBeanMethods = false)
class HostConfiguration {
    private static final Duration LINGER = Duration.ofMillis(25);

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Sealer sealer(HostProperties properties) {
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

    @Bean
    ServletRegistrationBean<HttpServlet> invocations(HttpServlet invocationServlet) {
        var registration = new ServletRegistrationBean<>(invocationServlet, HostInvocation.PATH);
        registration.setLoadOnStartup(1);
        return registration;
    }

    @Bean(destroyMethod = "shutdownNow")
    HttpClient httpClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /** Nothing that a host publishes is waited for by an invocation, and there are several events of each. */
    @Bean
    EventPublisher eventPublisher(HostProperties properties) {
        return new EventPublisher(properties.kafka(), LINGER);
    }

    @Bean
    UsageJournal usageJournal(HostProperties properties) {
        return new UsageJournal(properties.data().resolve("journal"));
    }
}
