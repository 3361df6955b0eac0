package dev.mayfly.registry.accounts;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.identity.AccountMinimums;
import dev.mayfly.registry.RegistryProperties;
import java.util.Optional;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Listens to the identity service and knows each account's minimum isolation. Healthy once all are known. */
@Component("accounts")
public class MinimumIsolation implements SmartLifecycle, HealthIndicator {
    private final RegistryProperties properties;
    private final AccountMinimums minimums = new AccountMinimums();
    private volatile boolean running;

    MinimumIsolation(RegistryProperties properties) {
        this.properties = properties;
    }

    /** The weakest tier that the account's functions may have; empty when any will do. */
    public Optional<Isolation> of(String accountId) {
        return minimums.of(accountId);
    }

    @Override
    public void start() {
        minimums.listen(properties.kafka());
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        minimums.close();
    }

    /** Started before the web server and stopped after it. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public Health health() {
        return minimums.isComplete()
                ? Health.up().build()
                : Health.down()
                        .withDetail("waiting", "for the accounts' minimum isolation")
                        .build();
    }
}
