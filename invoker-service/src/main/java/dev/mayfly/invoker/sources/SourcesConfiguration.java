package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.TenantBrokers;
import dev.mayfly.contracts.events.TenantTopics;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.InvokerProperties;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.queue.EventQueue;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SourcesConfiguration {
    @Bean
    EventSources eventSources(
            InvokerProperties properties,
            SourceSettings settings,
            FunctionDirectory functions,
            MinimumIsolation minimums,
            Dispatcher dispatcher,
            EventQueue queue,
            Vouching vouching,
            MeterRegistry metrics,
            Clock clock) {
        var brokers = new TenantBrokers(
                properties.kafka(), settings.brokers(), TenantTopics.sharing(settings.sharedTopics()));
        return new EventSources(
                properties.kafka(),
                brokers,
                new FunctionCalls(functions, minimums, dispatcher, properties.region()),
                new AsyncCalls(functions, queue, properties.region()),
                new FailureDestination(properties.services().objects(), properties.region(), vouching, brokers, clock),
                new SourceReports(properties.services().registry(), vouching),
                new SourceMetrics(metrics),
                settings,
                clock);
    }
}
