package dev.mayfly.host.status;

import dev.mayfly.host.function.FunctionDirectory;
import dev.mayfly.host.lease.Technologies;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Up once the functions are known and the tiers have been tried. */
@Component("host")
class HostHealthIndicator implements HealthIndicator {
    private final FunctionDirectory functions;
    private final Technologies technologies;

    HostHealthIndicator(FunctionDirectory functions, Technologies technologies) {
        this.functions = functions;
        this.technologies = technologies;
    }

    @Override
    public Health health() {
        boolean ready = functions.isReady() && technologies.isOpen();
        return (ready ? Health.up() : Health.outOfService())
                .withDetail("functionsKnown", functions.isReady())
                .withDetail("tiersTried", technologies.isOpen())
                .build();
    }
}
