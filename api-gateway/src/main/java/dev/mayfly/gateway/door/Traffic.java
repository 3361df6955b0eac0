package dev.mayfly.gateway.door;

import dev.mayfly.gateway.refusal.Dialect;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;

/** How many requests passed and how long they took, by protocol and class of status. */
@Component
class Traffic {
    private static final String[] OUTCOMES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private final Map<Dialect, Timer[]> timers = new EnumMap<>(Dialect.class);

    Traffic(MeterRegistry registry) {
        for (Dialect dialect : Dialect.values()) {
            var byOutcome = new Timer[OUTCOMES.length];
            for (int i = 0; i < OUTCOMES.length; i++) {
                byOutcome[i] = Timer.builder("mayfly.gateway.requests")
                        .description("Requests through the gateway")
                        .tag("protocol", dialect.name().toLowerCase(Locale.ROOT))
                        .tag("outcome", OUTCOMES[i])
                        .register(registry);
            }
            timers.put(dialect, byOutcome);
        }
    }

    void count(Dialect dialect, ServerHttpResponse response, long begunNanos) {
        HttpStatusCode status = response.getStatusCode();
        int outcome = status == null ? 0 : Math.min(status.value() / 100, 5);
        Timer[] byOutcome = timers.get(dialect);
        if (byOutcome != null) {
            byOutcome[outcome].record(System.nanoTime() - begunNanos, TimeUnit.NANOSECONDS);
        }
    }
}
