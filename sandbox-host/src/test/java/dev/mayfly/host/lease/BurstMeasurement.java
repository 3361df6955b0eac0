package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.oci.OciSettings;
import dev.mayfly.sandbox.oci.OciTechnology;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Measures a hundred requests at once to one cold function against one request to a cold function, in the host: pool and
 * containers, without the network before them. Run by hand; nothing is asserted about time.
 */
final class BurstMeasurement {
    private static final int REQUESTS = 100;
    private static final int ROUNDS = 6;

    private final OciTechnology technology;
    private final Path code;
    private final SandboxPool pool;

    private BurstMeasurement(OciTechnology technology, Path code) {
        this.technology = technology;
        this.code = code;
        this.pool = new SandboxPool(
                (version, provisioned, log) -> start(version),
                _ -> {},
                new SandboxLimits(100_000, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ofMillis(20)));
    }

    private PooledSandbox start(FunctionVersion version)
            throws dev.mayfly.sandbox.api.SandboxStartException, InterruptedException {
        var spec = new SandboxSpec(
                UUID.randomUUID().toString(),
                new FunctionCode(code, "00", version.runtime(), version.handler()),
                Map.of(),
                version.memoryMb(),
                512,
                Duration.ofSeconds(10),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                false,
                _ -> {});
        return new PooledSandbox(version, technology.start(spec), new SandboxLog(), CodeCache.Held.nothing());
    }

    private static FunctionVersion function(String name) {
        return new FunctionVersion(
                "000000000000",
                name,
                FunctionVersion.LATEST,
                "1",
                "nodejs20.x",
                "index.handler",
                1024,
                30,
                512,
                Map.of(),
                "00",
                1,
                Isolation.CONTAINER,
                Network.NONE,
                "Active",
                null,
                Instant.EPOCH);
    }

    /** Milliseconds to the answer. */
    private double request(FunctionVersion version) throws Exception {
        long start = System.nanoTime();
        try (Lease lease = pool.acquire(version, _ -> {})) {
            var result = lease.sandbox()
                    .invoke(new InvocationRequest(
                            UUID.randomUUID().toString(),
                            "{}".getBytes(StandardCharsets.UTF_8),
                            Duration.ofSeconds(30),
                            "arn",
                            null,
                            null));
            if (!(result instanceof InvocationResult.Success)) {
                throw new IllegalStateException(result.toString());
            }
            return (System.nanoTime() - start) / 1e6;
        }
    }

    private double[] burst(FunctionVersion version) throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Double>> requests = new ArrayList<>();
            IntStream.range(0, REQUESTS).forEach(_ -> requests.add(() -> request(version)));
            double[] millis = new double[REQUESTS];
            int i = 0;
            for (Future<Double> each : callers.invokeAll(requests)) {
                millis[i++] = each.get();
            }
            Arrays.sort(millis);
            return millis;
        }
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        Path code = Files.createTempDirectory("burst");
        Files.setPosixFilePermissions(code, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(code.resolve("index.js"), "exports.handler = async (event) => event;");
        for (int shellMb : new int[] {512, 0}) {
            var settings = OciSettings.container(code.resolveSibling(code.getFileName() + "-state"));
            try (var technology = OciTechnology.container(settings.withShellMemory(shellMb))) {
                technology.recover();
                technology.check();
                var measurement = new BurstMeasurement(technology, code);
                List<String> ratios = new ArrayList<>();
                for (int round = 0; round < ROUNDS; round++) {
                    Thread.sleep(3000);
                    double single = measurement.request(function("single" + round));
                    measurement.pool.deleted(function("single" + round).key());
                    Thread.sleep(3000);
                    double[] burst = measurement.burst(function("burst" + round));
                    measurement.pool.deleted(function("burst" + round).key());
                    ratios.add("%.1f x (p99 %.1f ms, single %.1f ms)".formatted(burst[98] / single, burst[98], single));
                }
                System.out.println((shellMb > 0 ? "from shells: " : "without: ") + ratios);
                measurement.pool.close();
            }
        }
    }
}
