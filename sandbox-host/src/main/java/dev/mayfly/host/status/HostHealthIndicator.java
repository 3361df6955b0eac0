package dev.mayfly.host.status;

import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.host.function.FunctionDirectory;
import dev.mayfly.host.lease.Technologies;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Up once the functions are known and the tiers have been tried that take but a moment to try. */
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
                .withDetail("tiers", tiers())
                .build();
    }

    private Map<String, String> tiers() {
        var told = new LinkedHashMap<String, String>();
        for (HostStatus.Tier tier : technologies.tiers()) {
            told.put(tier.isolation().tagValue(), (tier.available() ? "available: " : "unavailable: ") + tier.reason());
        }
        return told;
    }
}
