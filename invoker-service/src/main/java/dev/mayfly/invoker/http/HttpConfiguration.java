package dev.mayfly.invoker.http;

import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.InvokerProperties;
import dev.mayfly.invoker.dispatch.DispatchSettings;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.queue.EventQueue;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

@Configuration(proxyBeanMethods = false)
class HttpConfiguration {
    @Bean
    FilterRegistrationBean<VoucherFilter> voucherFilter(Vouching vouching) {
        var registration = new FilterRegistrationBean<>(new VoucherFilter(vouching));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    /** A servlet of its own: Spring MVC's dispatch would cost what this path has not to give. */
    @Bean
    ServletRegistrationBean<InvokeServlet> invokeServlet(
            InvokerProperties properties,
            DispatchSettings dispatch,
            InvokeSettings settings,
            FunctionDirectory functions,
            MinimumIsolation minimums,
            Dispatcher dispatcher,
            EventQueue queue,
            MeterRegistry metrics) {
        var servlet = new InvokeServlet(
                dispatch.roomWait(),
                settings,
                new Targets(properties.region(), functions, minimums),
                dispatcher,
                queue,
                new InvokeMetrics(metrics));
        var registration = new ServletRegistrationBean<>(
                servlet, "/2014-11-13/functions/*", "/2015-03-31/functions/*", "/2021-11-15/functions/*");
        registration.setLoadOnStartup(1);
        return registration;
    }
}
