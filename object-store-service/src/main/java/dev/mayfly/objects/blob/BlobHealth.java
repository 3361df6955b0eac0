package dev.mayfly.objects.blob;

import java.io.IOException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

@Component("blobs")
final class BlobHealth implements HealthIndicator {
    private final BlobStore store;
    private final BlobIndex index;

    BlobHealth(BlobStore store, BlobIndex index) {
        this.index = index;
        this.store = store;
    }

    @Override
    public Health health() {
        try {
            store.check();
            // Damage of some is no reason to refuse the others: it is told, and does not make the service unready.
            return Health.up().withDetail("damaged", index.damagedCount()).build();
        } catch (IOException e) {
            return Health.down(e).build();
        } catch (DataAccessException e) {
            return Health.unknown().withException(e).build();
        }
    }
}
