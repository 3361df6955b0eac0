package dev.mayfly.invoker.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Counts and times Invoke requests by outcome. */
final class InvokeMetrics {
    private final ConcurrentHashMap<String, Timer> timers = new ConcurrentHashMap<>();
    private final MeterRegistry registry;

    InvokeMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** @param beganNanos {@link System#nanoTime} when the request arrived */
    void ended(String outcome, long beganNanos) {
        timers.computeIfAbsent(
                        outcome,
                        name -> Timer.builder("mayfly.invoke")
                                .description("Invoke requests, from arrival to the end of the answer")
                                .tag("outcome", name)
                                .publishPercentileHistogram()
                                .register(registry))
                .record(System.nanoTime() - beganNanos, TimeUnit.NANOSECONDS);
    }
}
