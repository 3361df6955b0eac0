package dev.mayfly.objects.bucket;

import dev.mayfly.contracts.function.CodeStorage;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Makes Mayfly's own bucket before the first request can come. */
@Component
final class SystemBucket implements SmartLifecycle {
    private final Buckets buckets;
    private final String region;
    private volatile boolean running;

    SystemBucket(Buckets buckets, @Value("${mayfly.region}") String region) {
        this.buckets = buckets;
        this.region = region;
    }

    @Override
    public void start() {
        buckets.create(CodeStorage.BUCKET, CodeStorage.SYSTEM_ACCOUNT, region, false);
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return 0;
    }
}
