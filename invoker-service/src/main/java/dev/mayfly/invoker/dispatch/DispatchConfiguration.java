package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.InvokerProperties;
import dev.mayfly.invoker.hosts.HostClient;
import dev.mayfly.invoker.hosts.HostDirectory;
import dev.mayfly.invoker.load.LoadBoard;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class DispatchConfiguration {
    @Bean
    RoomQueue roomQueue() {
        return new RoomQueue();
    }

    @Bean
    HostDirectory hostDirectory(InvokerProperties properties, DispatchSettings settings, RoomQueue room) {
        return new HostDirectory(
                properties.services().host(), settings.hostSilence(), System::nanoTime, room::mayHaveRoom);
    }

    @Bean
    HostClient hostClient(DispatchSettings settings) {
        return new HostClient(settings);
    }

    @Bean
    Dispatcher dispatcher(
            HostDirectory hosts,
            HostClient client,
            Vouching vouching,
            LoadBoard load,
            RoomQueue room,
            DispatchSettings settings) {
        return new Dispatcher(hosts, client, vouching, load, room, settings);
    }
}
