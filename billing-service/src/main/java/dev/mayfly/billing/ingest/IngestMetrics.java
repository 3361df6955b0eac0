package dev.mayfly.billing.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.springframework.stereotype.Component;

/** What the ingest counts. */
@Component
class IngestMetrics {
    private final Counter ingested;
    private final Counter duplicates;
    private final Counter dead;
    private final Counter lost;
    private final Timer batches;

    IngestMetrics(MeterRegistry registry, IngestStatus status) {
        ingested = events(registry, "ingested", "Usage events that became a ledger line");
        duplicates = events(registry, "duplicate", "Usage events that had their ledger line already");
        dead = events(registry, "dead", "Usage events put on the dead-letter topic");
        lost = events(registry, "lost", "Usage events that Kafka dropped before they were read");
        batches = Timer.builder("mayfly.billing.batch")
                .description("Time to take in one batch, commit included")
                .register(registry);
        Gauge.builder(
                        "mayfly.billing.lag",
                        status,
                        s -> s.freshness().lag().isPresent()
                                ? (double) s.freshness().lag().getAsLong()
                                : Double.NaN)
                .description("Usage events on Kafka and not in the ledger; NaN while unknown")
                .register(registry);
    }

    private static Counter events(MeterRegistry registry, String outcome, String description) {
        return Counter.builder("mayfly.billing.events")
                .tag("outcome", outcome)
                .description(description)
                .register(registry);
    }

    void committed(int ingestedNow, int duplicatesNow, int deadNow) {
        ingested.increment(ingestedNow);
        duplicates.increment(duplicatesNow);
        dead.increment(deadNow);
    }

    void lost(long events) {
        lost.increment(events);
    }

    void timed(Runnable batch) {
        batches.record(batch);
    }
}
