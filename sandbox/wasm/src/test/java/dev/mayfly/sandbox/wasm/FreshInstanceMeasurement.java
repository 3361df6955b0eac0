package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Prints what an invocation in a fresh instance takes, from the host's call to its answer. Not a test: run its main. */
public final class FreshInstanceMeasurement {
    private FreshInstanceMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        int calls = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        Path folder = Files.createTempDirectory("wasm-measurement");
        try (var technology = new WasmTechnology(WasmSettings.of(folder.resolve("state"), 1024))) {
            long start = System.nanoTime();
            var availability = technology.check();
            System.out.printf("%s; engine started in %d ms%n", availability, (System.nanoTime() - start) / 1_000_000);
            var code = WasmUnderTest.module("echo", folder.resolve("echo"));
            start = System.nanoTime();
            technology.prepare(code);
            System.out.printf("compiled in %d ms%n", (System.nanoTime() - start) / 1_000_000);
            for (int threads : new int[] {1, 1, 1, 2, 4}) {
                measure(technology, code, threads, calls);
            }
        }
    }

    private static void measure(
            WasmTechnology technology, dev.mayfly.sandbox.api.FunctionCode code, int threads, int calls)
            throws Exception {
        long[] nanos = new long[calls];
        long[] inside = new long[calls];
        var done = new CountDownLatch(threads);
        byte[] event = "{\"name\":\"Mayfly\",\"numbers\":[1,2,3]}".getBytes(StandardCharsets.UTF_8);
        long start = System.nanoTime();
        for (int t = 0; t < threads; t++) {
            int first = t;
            Thread.ofVirtual().start(() -> {
                try (Sandbox sandbox = technology.start(new SandboxSpec(
                        "measure-" + first,
                        code,
                        Map.of("AWS_REGION", "us-east-1"),
                        128,
                        512,
                        Duration.ofSeconds(10),
                        new InetSocketAddress("127.0.0.1", 9),
                        false,
                        line -> {}))) {
                    for (int i = first; i < calls; i += threads) {
                        long before = System.nanoTime();
                        InvocationResult result = sandbox.invoke(
                                new InvocationRequest("id", event, Duration.ofSeconds(3), "arn", null, null));
                        nanos[i] = System.nanoTime() - before;
                        inside[i] = result.usage().durationNanos();
                    }
                    done.countDown();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        done.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        Arrays.sort(nanos);
        Arrays.sort(inside);
        System.out.printf(
                "%d at once: p50 %d us, p90 %d us, p99 %d us; in the engine p50 %d us; %.0f/s%n",
                threads,
                nanos[calls / 2] / 1000,
                nanos[calls * 9 / 10] / 1000,
                nanos[calls * 99 / 100] / 1000,
                inside[calls / 2] / 1000,
                calls / seconds);
    }
}
