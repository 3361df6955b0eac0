package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.host.HostProperties;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.host.code.InvalidCodeException;
import dev.mayfly.host.volume.VolumeException;
import dev.mayfly.host.volume.Volumes;
import dev.mayfly.sandbox.api.LogSink;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Starts one sandbox for a function version: code, environment, technology. */
@Component
class SandboxStarter implements Snapshots.Taker {
    private static final Logger log = LoggerFactory.getLogger(SandboxStarter.class);

    private final HostProperties properties;
    private final Technologies technologies;
    private final CodeCache codes;
    private final LambdaEnvironment environment;
    private final Volumes volumes;
    private final SandboxLines lines;
    private final Clock clock;

    SandboxStarter(
            HostProperties properties,
            Technologies technologies,
            CodeCache codes,
            LambdaEnvironment environment,
            Volumes volumes,
            SandboxLines lines,
            Clock clock) {
        this.properties = properties;
        this.technologies = technologies;
        this.codes = codes;
        this.environment = environment;
        this.volumes = volumes;
        this.lines = lines;
        this.clock = clock;
    }

    /**
     * Starts it.
     *
     * @param provisioned whether it is to be kept ready, as its environment tells it
     * @param failureLog takes what it had written when that fails; null when no invocation waits for it: then the function's
     *     log has it
     */
    PooledSandbox start(FunctionVersion version, boolean provisioned, @Nullable Consumer<String> failureLog)
            throws SandboxStartException, TierUnavailableException, InterruptedException {
        var technology = technologies.require(version.isolation(), version.runtime());
        long began = System.nanoTime();
        CodeCache.Held held = hold(version);
        long fetched = System.nanoTime();
        var written = new SandboxLog(lines);
        boolean started = false;
        Volumes.@Nullable Held mounts = null;
        try {
            mounts = mount(version);
            InitPhase init = InitPhase.of(version, provisioned, properties.sandboxes());
            SandboxSpec spec = spec(version, provisioned, held, init, written).withVolumes(mounts.volumes());
            written.of(origin(version, spec));
            var pooled = new PooledSandbox(version, init.start(technology, spec), written, held, mounts, provisioned);
            pooled.took(fetched - began, System.nanoTime() - fetched);
            started = true;
            return pooled;
        } catch (SandboxStartException e) {
            if (failureLog == null) {
                written.failed(e);
            }
            throw e;
        } finally {
            if (!started) {
                if (failureLog != null) {
                    written.readBy(failureLog);
                }
                if (mounts != null) {
                    mounts.close();
                }
                held.close();
            }
        }
    }

    private SandboxLines.Origin origin(FunctionVersion version, SandboxSpec spec) {
        var environment = spec.environment();
        return new SandboxLines.Origin(
                version,
                environment.getOrDefault(LambdaEnvironment.LOG_STREAM, ""),
                environment.getOrDefault(LambdaEnvironment.INITIALIZATION_TYPE, ""),
                clock.instant());
    }

    /** Has the technology keep the state of the function after its init phase, where it can and no volume is part of that. */
    @Override
    public void take(FunctionVersion version, Duration most)
            throws SandboxStartException, TierUnavailableException, InterruptedException {
        if (!version.fileSystems().isEmpty()) {
            return;
        }
        var technology = technologies.require(version.isolation(), version.runtime());
        InitPhase init = InitPhase.unhurried(version, properties.sandboxes()).within(most);
        try (CodeCache.Held held = hold(version)) {
            technology.snapshot(spec(
                    version, false, held, init, line -> log.debug("{}, for its snapshot: {}", version.key(), line)));
        } catch (SandboxStartException e) {
            boolean hurried = init.limit().compareTo(properties.sandboxes().longInitTimeout()) < 0;
            if (hurried && e.errorType().equals("Sandbox.Timedout")) {
                throw SandboxStartException.platform(
                        "Only " + init.limit().toSeconds() + " s were left for the init phase", e);
            }
            throw e;
        }
    }

    @Override
    public int memoryMb(FunctionVersion version) throws TierUnavailableException {
        return technologies
                .require(version.isolation(), version.runtime())
                .snapshotMb(version.runtime(), version.memoryMb());
    }

    private SandboxSpec spec(
            FunctionVersion version, boolean provisioned, CodeCache.Held held, InitPhase init, LogSink logs) {
        String id = UUID.randomUUID().toString();
        return new SandboxSpec(
                id,
                held.code(),
                environment.of(version, id, provisioned),
                version.memoryMb(),
                version.ephemeralStorageMb(),
                init.limit(),
                address(properties.services().gateway()),
                version.network() == Network.EGRESS,
                logs,
                version.accountId(),
                List.of());
    }

    /** Fetches and compiles ahead of need, where the tier has anything to compile. */
    void prepare(FunctionVersion version) throws SandboxStartException, TierUnavailableException, InterruptedException {
        var technology = technologies.require(version.isolation(), version.runtime());
        try (CodeCache.Held held = hold(version)) {
            technology.prepare(held.code());
        }
    }

    private CodeCache.Held hold(FunctionVersion version) throws SandboxStartException, InterruptedException {
        try {
            return codes.hold(version);
        } catch (InvalidCodeException e) {
            throw SandboxStartException.function(e.reason().code(), String.valueOf(e.getMessage()), 0);
        } catch (IOException e) {
            throw SandboxStartException.platform("The function's code cannot be fetched: " + e.getMessage(), e);
        }
    }

    private Volumes.Held mount(FunctionVersion version) throws SandboxStartException, InterruptedException {
        try {
            return volumes.hold(version.accountId(), version.fileSystems());
        } catch (VolumeException e) {
            throw SandboxStartException.function(
                    "EFSMountFailureException", "The function's file system is not mounted: " + e.getMessage(), 0);
        } catch (IOException e) {
            throw SandboxStartException.platform("The function's file system cannot be mounted: " + e.getMessage(), e);
        }
    }

    private static InetSocketAddress address(URI gateway) {
        int port = gateway.getPort() < 0 ? 80 : gateway.getPort();
        return new InetSocketAddress(gateway.getHost(), port);
    }
}
