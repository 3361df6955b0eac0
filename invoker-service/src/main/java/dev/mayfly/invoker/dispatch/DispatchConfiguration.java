package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.InvokerId;
import dev.mayfly.invoker.InvokerProperties;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.hosts.HostClient;
import dev.mayfly.invoker.hosts.HostDirectory;
import dev.mayfly.invoker.load.LoadBoard;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class DispatchConfiguration {
    @Bean
    RoomQueue roomQueue() {
        return new RoomQueue();
    }

    @Bean
    OtherInvokers otherInvokers(InvokerId id) {
        return new OtherInvokers(id.value(), System::nanoTime);
    }

    @Bean
    Concurrency concurrency(DispatchSettings settings, OtherInvokers others, FunctionDirectory functions) {
        var concurrency = new Concurrency(settings.accountConcurrency(), others);
        functions.onRules(concurrency::changed);
        return concurrency;
    }

    @Bean
    HostDirectory hostDirectory(InvokerProperties properties, DispatchSettings settings, RoomQueue room) {
        return new HostDirectory(properties.services().host(), settings.hostSilence(), System::nanoTime, room::news);
    }

    @Bean
    HostClient hostClient(DispatchSettings settings) {
        return new HostClient(settings);
    }

    @Bean
    TracePublisher tracePublisher(InvokerProperties properties, MeterRegistry metrics) {
        return new TracePublisher(properties.kafka(), metrics);
    }

    @Bean
    Dispatcher dispatcher(
            HostDirectory hosts,
            HostClient client,
            Vouching vouching,
            LoadBoard load,
            RoomQueue room,
            Concurrency concurrency,
            DispatchSettings settings,
            TracePublisher traces,
            Clock clock) {
        return new Dispatcher(hosts, client, vouching, load, room, concurrency, settings, traces, clock);
    }
}
