package dev.mayfly.billing.ingest;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Up while usage flows into the ledger. Reports are answered without it, so it is no part of readiness. */
@Component("usageIngestHealthIndicator")
class IngestHealth implements HealthIndicator {
    private final IngestStatus status;

    IngestHealth(IngestStatus status) {
        this.status = status;
    }

    @Override
    public Health health() {
        var now = status.freshness();
        if (now.consuming()) {
            return Health.up().withDetail("lag", now.lag().orElse(0)).build();
        }
        return Health.down()
                .withDetail("waiting", String.valueOf(now.trouble()))
                .build();
    }
}
