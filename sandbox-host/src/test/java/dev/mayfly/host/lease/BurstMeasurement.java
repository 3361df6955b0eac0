package dev.mayfly.host.lease;

import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.host.volume.Volumes;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.oci.OciSettings;
import dev.mayfly.sandbox.oci.OciTechnology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures a hundred requests at once to one cold function against one request to a cold function, in the host: pool and
 * containers, without the network before them. Run by hand; nothing is asserted about time.
 */
final class BurstMeasurement {
    private static final Logger log = LoggerFactory.getLogger(BurstMeasurement.class);
    private static final int REQUESTS = 100;
    private static final int ROUNDS = 6;
    private static final Path RUNTIME = Path.of("/run/mayfly-burst");
    private static final Duration REST = Duration.ofSeconds(2);
    private static final Duration REST_LIMIT = Duration.ofMinutes(2);

    private final OciTechnology technology;
    private final Path code;
    private final SandboxPool pool;

    private BurstMeasurement(OciTechnology technology, Path code) {
        this.technology = technology;
        this.code = code;
        this.pool = new SandboxPool(
                (version, provisioned, log) -> start(version),
                (_, _) -> {},
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
        return new PooledSandbox(
                version,
                technology.start(spec),
                new SandboxLog(null),
                CodeCache.Held.nothing(),
                Volumes.Held.nothing(),
                false);
    }

    /** Waits until the sandboxes before are gone and no more are made ahead. */
    private void awaitRest() throws IOException {
        await().atMost(REST_LIMIT).until(() -> pool.promisedMb() == 0);
        var before = new AtomicReference<>(containers());
        await().during(REST).atMost(REST_LIMIT).until(() -> {
            Set<Path> now = containers();
            return before.getAndSet(now).equals(now);
        });
    }

    private static Set<Path> containers() throws IOException {
        try (Stream<Path> below =
                Files.find(RUNTIME, 3, (path, _) -> path.getParent().endsWith("s"))) {
            return below.collect(Collectors.toSet());
        }
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

    public static void main(String[] arguments) throws Exception {
        Path code = Files.createTempDirectory("burst");
        Files.setPosixFilePermissions(code, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(code.resolve("index.js"), "exports.handler = async (event) => event;");
        for (int shellMb : new int[] {512, 0}) {
            Path state = code.resolveSibling(code.getFileName() + "-state");
            var settings = new OciSettings(state, RUNTIME, 200_000, 256, 1024, 65_536, 64, shellMb);
            try (var technology = OciTechnology.container(settings)) {
                technology.recover();
                technology.check();
                var measurement = new BurstMeasurement(technology, code);
                List<String> ratios = new ArrayList<>();
                for (int round = 0; round < ROUNDS; round++) {
                    measurement.awaitRest();
                    double single = measurement.request(FakeSandboxes.function("single" + round, "1", 1024));
                    measurement.pool.deleted(
                            FakeSandboxes.function("single" + round, "1", 1024).key());
                    measurement.awaitRest();
                    double[] burst = measurement.burst(FakeSandboxes.function("burst" + round, "1", 1024));
                    measurement.pool.deleted(
                            FakeSandboxes.function("burst" + round, "1", 1024).key());
                    ratios.add("%.1f x (p99 %.1f ms, single %.1f ms)".formatted(burst[98] / single, burst[98], single));
                }
                log.info("{}: {}", shellMb > 0 ? "From shells" : "Without shells", ratios);
                measurement.pool.close();
            }
        }
    }
}
