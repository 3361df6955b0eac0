package dev.mayfly.observability.traces;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.traces.InvocationTrace;
import dev.mayfly.observability.ObservabilitySettings;
import dev.mayfly.observability.projection.Projection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;

/** Takes {@code function.invocations.traces} in. */
@Component
class TraceProjection implements Projection {
    private static final Logger log = LoggerFactory.getLogger(TraceProjection.class);
    private static final Duration MAX_FUTURE = Duration.ofHours(2);

    private final Traces traces;
    private final Clock clock;
    private final Duration retention;

    TraceProjection(Traces traces, Clock clock, ObservabilitySettings settings) {
        this.traces = traces;
        this.clock = clock;
        this.retention = settings.observability().traceRetention();
    }

    @Override
    public String name() {
        return "traces";
    }

    @Override
    public Topics topic() {
        return Topics.INVOCATION_TRACES;
    }

    @Override
    public void apply(List<ConsumerRecord<String, byte[]>> received) {
        Instant latest = clock.instant().plus(MAX_FUTURE);
        Instant oldest = oldestDay().atStartOfDay(ZoneOffset.UTC).toInstant();
        var taken = new ArrayList<InvocationTrace>(received.size());
        for (var one : received) {
            try {
                var trace = Json.read(one.value(), InvocationTrace.class);
                if (!trace.receivedAt().isBefore(oldest) && trace.receivedAt().isBefore(latest)) {
                    taken.add(trace);
                }
            } catch (JacksonException | NullPointerException e) {
                log.warn("Skipped {}-{}: {}", one.topic(), one.offset(), e.getMessage());
            }
        }
        traces.append(taken);
    }

    @Override
    public void tidy() {
        traces.dropBefore(oldestDay());
    }

    private LocalDate oldestDay() {
        return LocalDate.ofInstant(clock.instant().minus(retention), ZoneOffset.UTC);
    }
}
