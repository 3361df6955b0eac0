package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.InvokerId;
import dev.mayfly.invoker.InvokerProperties;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class QueueConfiguration {
    @Bean
    EventQueue eventQueue(EventPublisher publisher, QueueSettings settings, Clock clock) {
        return new EventQueue(publisher, settings.backOff(), clock);
    }

    /** Closed by the service's lifecycle, in order. */
    @Bean(destroyMethod = "")
    EventDelivery eventDelivery(
            InvokerProperties properties,
            InvokerId id,
            QueueSettings settings,
            EventPublisher publisher,
            EventQueue queue,
            FunctionDirectory functions,
            MinimumIsolation minimums,
            Dispatcher dispatcher,
            Vouching vouching,
            Clock clock,
            MeterRegistry metrics) {
        var delivery = new EventDelivery(
                properties,
                id.value(),
                settings,
                publisher,
                queue,
                functions,
                minimums,
                dispatcher,
                vouching,
                metrics,
                clock);
        metrics.gauge("mayfly.queue.running", delivery, EventDelivery::running);
        return delivery;
    }
}
