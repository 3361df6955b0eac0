package dev.mayfly.invoker.sources;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** What is counted of event sources, each under its id. Thread-safe. */
final class SourceMetrics {
    private static final String SOURCE = "source";

    private final MeterRegistry metrics;

    SourceMetrics(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    void delivered(String source, int records) {
        metrics.counter("mayfly.sources.batches", SOURCE, source).increment();
        metrics.counter("mayfly.sources.records", SOURCE, source).increment(records);
    }

    void failed(String source) {
        metrics.counter("mayfly.sources.errors", SOURCE, source).increment();
    }

    void filtered(String source) {
        metrics.counter("mayfly.sources.filtered", SOURCE, source).increment();
    }

    void givenUp(String source, int records) {
        metrics.counter("mayfly.sources.given.up", SOURCE, source).increment(records);
    }

    void ticked(int ticks) {
        metrics.counter("mayfly.schedules.ticks").increment(ticks);
    }

    void notified() {
        metrics.counter("mayfly.notifications", "outcome", "queued").increment();
    }

    void refused() {
        metrics.counter("mayfly.notifications", "outcome", "refused").increment();
    }

    void lostTick() {
        metrics.counter("mayfly.schedules.lost").increment();
    }

    <T> Gauge lag(String source, T poller, ToDoubleFunction<T> lag) {
        return Gauge.builder("mayfly.sources.lag", poller, lag)
                .tag(SOURCE, source)
                .register(metrics);
    }

    void remove(Gauge gauge) {
        metrics.remove(gauge);
    }
}
