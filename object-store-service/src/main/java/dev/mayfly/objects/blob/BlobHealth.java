package dev.mayfly.objects.blob;

import java.io.IOException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

@Component("blobs")
final class BlobHealth implements HealthIndicator {
    private final BlobStore store;

    BlobHealth(BlobStore store) {
        this.store = store;
    }

    @Override
    public Health health() {
        try {
            store.check();
            return Health.up().build();
        } catch (IOException e) {
            return Health.down(e).build();
        }
    }
}
