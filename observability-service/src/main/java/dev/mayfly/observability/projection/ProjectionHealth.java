package dev.mayfly.observability.projection;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Up while all projections run. Questions are answered without them, so it is no part of readiness. */
@Component("projectionsHealthIndicator")
class ProjectionHealth implements HealthIndicator {
    private final Projections projections;

    ProjectionHealth(Projections projections) {
        this.projections = projections;
    }

    @Override
    public Health health() {
        var troubles = projections.troubles();
        return troubles.isEmpty()
                ? Health.up().build()
                : Health.down().withDetail("waiting", troubles).build();
    }
}
