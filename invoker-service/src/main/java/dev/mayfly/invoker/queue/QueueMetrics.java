package dev.mayfly.invoker.queue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What the queue counts. */
final class QueueMetrics {
    private final MeterRegistry registry;
    private final Counter repeated;

    QueueMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.repeated = Counter.builder("mayfly.queue.repeated")
                .description("deliveries that Kafka handed out again after they were over, and that were not run again")
                .register(registry);
    }

    void repeated() {
        repeated.increment();
    }

    /** Events and records that became dead letters; {@code DestinationUndeliverable} is a destination's failure. */
    void givenUp(String reason) {
        registry.counter("mayfly.queue.dead", "reason", reason).increment();
    }
}
