package dev.mayfly.host.lease;

import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.host.HostProperties;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.host.function.FunctionDirectory;
import dev.mayfly.sandbox.api.SandboxStartException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Brings the sandboxes up before the first request and down after the last: cleans up after an earlier host, tries the tiers
 * beside the rest of the start, and ends every sandbox at the end.
 */
@Component
class SandboxLifecycle implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(SandboxLifecycle.class);

    private final HostProperties properties;
    private final Technologies technologies;
    private final SandboxPool pool;
    private final SandboxStarter starter;
    private final CodeCache codes;
    private final FunctionDirectory functions;
    private volatile @Nullable Thread opening;

    SandboxLifecycle(
            HostProperties properties,
            Technologies technologies,
            SandboxPool pool,
            SandboxStarter starter,
            CodeCache codes,
            FunctionDirectory functions) {
        this.properties = properties;
        this.technologies = technologies;
        this.pool = pool;
        this.starter = starter;
        this.codes = codes;
        this.functions = functions;
    }

    private void changed(FunctionVersion version) {
        pool.changed(version);
        // Not for what was there before this host: only a function that is being deployed is likely to be needed soon.
        if (version.isolation() == Isolation.WASM && functions.isReady()) {
            Thread.ofVirtual().name("prepare-" + version.key()).start(() -> prepare(version));
        }
    }

    private void prepare(FunctionVersion version) {
        try {
            starter.prepare(version);
        } catch (SandboxStartException | TierUnavailableException e) {
            log.info("{} is not prepared ahead of need: {}", version.key(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        codes.open();
        functions.listen(this::changed, pool::deleted);
        technologies.open();
        opening = Thread.ofPlatform().name("topics").start(() -> TopicCreation.ensureAll(properties.kafka()));
    }

    @Override
    public void stop() {
        Thread thread = opening;
        opening = null;
        if (thread != null) {
            thread.interrupt();
        }
        pool.close();
        technologies.close();
    }

    @Override
    public boolean isRunning() {
        return opening != null;
    }

    /** Before the web server, which is therefore stopped first. */
    @Override
    public int getPhase() {
        return 0;
    }
}
