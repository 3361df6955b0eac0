package dev.mayfly.host.preparation;

import dev.mayfly.contracts.hosting.HostPreparation;
import dev.mayfly.host.lease.Preparations;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class PreparationConfiguration {
    @Bean
    ServletRegistrationBean<PreparationServlet> preparationOrders(Preparations preparations) {
        return new ServletRegistrationBean<>(new PreparationServlet(preparations), HostPreparation.PATH);
    }
}
