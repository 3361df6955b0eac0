package dev.mayfly.sandbox.contract;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.LogSink;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Specs that differ in one thing. */
final class Specs {
    /** One core, for a test that is about something else than the share of a core. */
    static final int WHOLE_CORE_MB = 1769;

    private Specs() {}

    static SandboxSpec of(FunctionCode code, LogSink logs) {
        return new SandboxSpec(
                "c" + UUID.randomUUID().toString().substring(0, 18),
                code,
                Map.of("AWS_LAMBDA_FUNCTION_NAME", "contract", "GREETING", "Grüezi = \"hello\"", "EMPTY", ""),
                256,
                64,
                Duration.ofSeconds(10),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                false,
                logs);
    }

    static SandboxSpec withEnvironment(SandboxSpec spec, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(spec.environment());
        environment.putAll(more);
        return new SandboxSpec(
                spec.id(),
                spec.code(),
                environment,
                spec.memoryMb(),
                spec.ephemeralStorageMb(),
                spec.initTimeout(),
                spec.gateway(),
                spec.egress(),
                spec.logs());
    }

    static SandboxSpec withMemory(SandboxSpec spec, int memoryMb) {
        return new SandboxSpec(
                spec.id(),
                spec.code(),
                spec.environment(),
                memoryMb,
                spec.ephemeralStorageMb(),
                spec.initTimeout(),
                spec.gateway(),
                spec.egress(),
                spec.logs());
    }

    static SandboxSpec withInitTimeout(SandboxSpec spec, Duration initTimeout) {
        return new SandboxSpec(
                spec.id(),
                spec.code(),
                spec.environment(),
                spec.memoryMb(),
                spec.ephemeralStorageMb(),
                initTimeout,
                spec.gateway(),
                spec.egress(),
                spec.logs());
    }

    static SandboxSpec withNetwork(SandboxSpec spec, int gatewayPort, boolean egress) {
        return new SandboxSpec(
                spec.id(),
                spec.code(),
                spec.environment(),
                spec.memoryMb(),
                spec.ephemeralStorageMb(),
                spec.initTimeout(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), gatewayPort),
                egress,
                spec.logs());
    }
}
