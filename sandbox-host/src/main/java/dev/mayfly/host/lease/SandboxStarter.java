package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.host.HostProperties;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** Starts one sandbox for a function version: code, environment, technology. */
@Component
class SandboxStarter {
    private final HostProperties properties;
    private final Technologies technologies;
    private final CodeCache codes;
    private final LambdaEnvironment environment;

    SandboxStarter(
            HostProperties properties, Technologies technologies, CodeCache codes, LambdaEnvironment environment) {
        this.properties = properties;
        this.technologies = technologies;
        this.codes = codes;
        this.environment = environment;
    }

    /** Starts it; when that fails, what it had written goes to {@code failureLog}. */
    PooledSandbox start(FunctionVersion version, Consumer<String> failureLog)
            throws SandboxStartException, TierUnavailableException, InterruptedException {
        var technology = technologies.require(version.isolation(), version.runtime());
        CodeCache.Held held = hold(version);
        var log = new SandboxLog();
        boolean started = false;
        try {
            String id = UUID.randomUUID().toString();
            var spec = new SandboxSpec(
                    id,
                    code(version, held),
                    environment.of(version, id),
                    version.memoryMb(),
                    version.ephemeralStorageMb(),
                    properties.sandboxes().initTimeout(),
                    address(properties.services().gateway()),
                    false,
                    log);
            var pooled = new PooledSandbox(version, technology.start(spec), log, held);
            started = true;
            return pooled;
        } finally {
            if (!started) {
                log.readBy(failureLog);
                held.close();
            }
        }
    }

    /** Fetches and compiles ahead of need, where the tier has anything to compile. */
    void prepare(FunctionVersion version) throws SandboxStartException, TierUnavailableException, InterruptedException {
        var technology = technologies.require(version.isolation(), version.runtime());
        try (CodeCache.Held held = hold(version)) {
            technology.prepare(code(version, held));
        }
    }

    private static FunctionCode code(FunctionVersion version, CodeCache.Held held) {
        return new FunctionCode(held.directory(), version.codeSha256(), version.runtime(), version.handler());
    }

    private CodeCache.Held hold(FunctionVersion version) throws SandboxStartException, InterruptedException {
        try {
            return codes.hold(version);
        } catch (IOException e) {
            throw SandboxStartException.platform("The function's code cannot be fetched: " + e.getMessage(), e);
        }
    }

    private static InetSocketAddress address(URI gateway) {
        int port = gateway.getPort() < 0 ? 80 : gateway.getPort();
        return new InetSocketAddress(gateway.getHost(), port);
    }
}
