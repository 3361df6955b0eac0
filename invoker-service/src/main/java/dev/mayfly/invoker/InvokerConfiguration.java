package dev.mayfly.invoker;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.load.LoadBoard;
import dev.mayfly.invoker.load.LoadReporter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class InvokerConfiguration {
    /** Of many events that arrive at once few requests to Kafka; to one alone it is not much beside the way to the disk. */
    private static final Duration LINGER = Duration.ofMillis(2);

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    InvokerId invokerId() {
        return InvokerId.random();
    }

    @Bean
    Vouching vouching(InvokerProperties properties, Clock clock) {
        return new Vouching(Sealer.of(properties.trustKey()), clock);
    }

    @Bean
    EventPublisher eventPublisher(InvokerProperties properties) {
        return new EventPublisher(properties.kafka(), LINGER);
    }

    @Bean
    FunctionDirectory functionDirectory(InvokerProperties properties, Vouching vouching) {
        return new FunctionDirectory(
                properties.services().registry(),
                vouching,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    @Bean
    MinimumIsolation minimumIsolation() {
        return new MinimumIsolation();
    }

    @Bean
    LoadBoard loadBoard(MeterRegistry metrics) {
        var board = new LoadBoard(System::nanoTime);
        metrics.gauge("mayfly.invocations.running", board, LoadBoard::inFlight);
        metrics.gauge("mayfly.invocations.waiting", board, LoadBoard::waiting);
        return board;
    }

    @Bean
    LoadReporter loadReporter(LoadBoard board, EventPublisher publisher, InvokerId id, Clock clock) {
        return new LoadReporter(board, publisher, id.value(), clock);
    }
}
