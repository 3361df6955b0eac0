package dev.mayfly.gateway.keys;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Out of service until every access key that Kafka holds is in memory. */
@Component
class AccessKeysHealthIndicator implements HealthIndicator {
    private final AccessKeys keys;

    AccessKeysHealthIndicator(AccessKeys keys) {
        this.keys = keys;
    }

    @Override
    public Health health() {
        return keys.isReady()
                ? Health.up().build()
                : Health.outOfService()
                        .withDetail("waiting for", "identity.access-keys on Kafka")
                        .build();
    }
}
