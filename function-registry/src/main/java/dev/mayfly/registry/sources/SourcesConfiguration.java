package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.TenantBrokers;
import dev.mayfly.contracts.events.TenantTopics;
import dev.mayfly.registry.RegistryProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SourcesConfiguration {
    @Bean
    TenantBrokers tenantBrokers(RegistryProperties properties, SourceSettings settings) {
        return new TenantBrokers(properties.kafka(), settings.brokers(), TenantTopics.sharing(settings.sharedTopics()));
    }
}
