package dev.mayfly.benchmarks;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.oci.OciSettings;
import dev.mayfly.sandbox.oci.OciTechnology;
import dev.mayfly.sandbox.wasm.WasmSettings;
import dev.mayfly.sandbox.wasm.WasmTechnology;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/** First answers of new sandboxes: in the host's own code and through the gateway, beside {@code runc run}, in turn. */
final class ColdStart {
    private static final byte[] EVENT = "{\"name\":\"Ada\"}".getBytes(StandardCharsets.UTF_8);
    private static final int MEMORY_MB = 256;

    /** Rounds before the measured ones, as a multiple: the engine's compiler needs some ten thousand calls. */
    private static final int WARM_UP = 5;

    private ColdStart() {}

    static void containers(Gateway gateway, Report report, int rounds) throws Exception {
        Path folder = open(Files.createTempDirectory("mayfly-bench"));
        var code =
                code(folder.resolve("code"), "index.js", Functions.ECHO.getBytes(StandardCharsets.UTF_8), "nodejs20.x");
        String stem = "bench-cold-" + UUID.randomUUID().toString().substring(0, 8) + "-";
        for (int i = 0; i < rounds; i++) {
            gateway.create(stem + i, "nodejs20.x", "index.handler", Functions.nodeZip());
        }
        var raw = new Samples(rounds);
        var inHost = new Samples(rounds);
        var throughGateway = new Samples(rounds);
        try (var technology = OciTechnology.container(OciSettings.container(folder));
                var alive = technology.start(spec(code))) {
            var runc = new RawRunc(folder, alive.id());
            runc.run();
            for (int i = 0; i < rounds; i++) {
                raw.time(runc::run);
                long start = System.nanoTime();
                try (var sandbox = technology.start(spec(code))) {
                    answer(sandbox);
                    inHost.add(System.nanoTime() - start);
                }
                var request = gateway.invocation(stem + i, EVENT);
                throughGateway.time(() -> gateway.send(request));
            }
        } finally {
            for (int i = 0; i < rounds; i++) {
                gateway.delete(stem + i);
            }
        }
        report.row("raw runc run of the same bundle, start to end", raw);
        report.row("cold container, start to first answer, in the host", inHost);
        report.row("cold container, first answer through the gateway", throughGateway);
        report.figure("cold container over raw runc run, in the host, p50", difference(inHost, raw), "<= 50 ms");
        report.figure(
                "cold container over raw runc run, through the gateway, p50",
                difference(throughGateway, raw),
                "<= 50 ms");
    }

    static void webAssembly(Report report, int rounds) throws Exception {
        Path folder = open(Files.createTempDirectory("mayfly-bench"));
        byte[] module = Files.readAllBytes(Path.of("examples/hello-wasm/hello.wasm"));
        var code = code(folder.resolve("code"), "hello.wasm", module, "wasm32-wasip1");
        var fresh = new Samples(rounds);
        try (var technology = new WasmTechnology(WasmSettings.of(folder.resolve("wasm"), 1024))) {
            started(technology);
            try (var sandbox = technology.start(spec(code))) {
                for (int i = -WARM_UP * rounds; i < rounds; i++) {
                    if (i < 0) {
                        answer(sandbox);
                    } else {
                        fresh.time(() -> answer(sandbox));
                    }
                }
            }
        }
        report.row("fresh WebAssembly instance in the host", fresh);
        report.figure(
                "fresh WebAssembly instance in the host, p50", "%.0f µs".formatted(fresh.micros(0.5)), "<= 250 µs");
    }

    private static void started(SandboxTechnology technology) {
        var availability = technology.check();
        if (!availability.available()) {
            throw new IllegalStateException(availability.detail());
        }
    }

    private static Path open(Path folder) throws Exception {
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static FunctionCode code(Path folder, String file, byte[] content, String runtime) throws Exception {
        Files.createDirectories(folder);
        Files.write(folder.resolve(file), content);
        return new FunctionCode(folder, "bench", runtime, file.endsWith(".wasm") ? file : "index.handler");
    }

    private static SandboxSpec spec(FunctionCode code) {
        return new SandboxSpec(
                "bench-" + UUID.randomUUID(),
                code,
                Map.of(),
                MEMORY_MB,
                512,
                Duration.ofSeconds(10),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                false,
                line -> {});
    }

    private static void answer(Sandbox sandbox) throws InterruptedException {
        var request = new InvocationRequest(
                UUID.randomUUID().toString(), EVENT, Duration.ofSeconds(5), "arn:aws:lambda", null, null);
        if (!(sandbox.invoke(request) instanceof InvocationResult.Success)) {
            throw new IllegalStateException("The measured function failed");
        }
    }

    private static String difference(Samples ours, Samples baseline) {
        return "%.1f ms".formatted((ours.micros(0.5) - baseline.micros(0.5)) / 1e3);
    }
}
