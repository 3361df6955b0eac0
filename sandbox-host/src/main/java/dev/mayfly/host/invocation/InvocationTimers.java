package dev.mayfly.host.invocation;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The metric {@code mayfly.host.invocations}; its timers are kept, since to find one by its tags costs more than to record. */
final class InvocationTimers {
    private record Tags(Isolation tier, Start start, Status status) {}

    private final Map<Tags, Timer> timers = new ConcurrentHashMap<>();
    private final MeterRegistry metrics;

    InvocationTimers(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    Timer of(Isolation tier, Start start, Status status) {
        return timers.computeIfAbsent(
                new Tags(tier, start, status),
                tags -> metrics.timer(
                        "mayfly.host.invocations",
                        "tier",
                        tags.tier().tagValue(),
                        "start",
                        tags.start().name(),
                        "status",
                        tags.status().name()));
    }
}
