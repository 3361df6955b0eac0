package dev.mayfly.benchmarks;

import java.net.http.HttpResponse;

/** Warm invocations by one client, against the same handler behind a bare {@code http.createServer}, in turn. */
final class WarmInvocation {
    private static final int MEMORY_MB = 256;

    /** Rounds before the measured ones, as a multiple: a service that has just started still compiles itself. */
    private static final int WARM_UP = 2;

    private WarmInvocation() {}

    static void run(Gateway gateway, Report report, int rounds) throws Exception {
        String node = gateway.newName("warm-node");
        String wasm = gateway.newName("warm-wasm");
        gateway.create(node, "nodejs20.x", "index.handler", Functions.nodeZip(), MEMORY_MB, "container");
        gateway.create(wasm, "wasm32-wasip1", "echo.wasm", Functions.wasmZip(), MEMORY_MB, "wasm");
        try (var server = new BareServer()) {
            var bare = server.request(Probe.EVENT);
            var nodeRequest = gateway.invocation(node, Probe.EVENT);
            var wasmRequest = gateway.invocation(wasm, Probe.EVENT);
            var bareTimes = new Samples(rounds);
            var nodeTimes = new Samples(rounds);
            var wasmTimes = new Samples(rounds);
            for (int i = -WARM_UP * rounds; i < rounds; i++) {
                var warmUp = i < 0;
                measure(warmUp, bareTimes, () -> gateway.http().send(bare, HttpResponse.BodyHandlers.ofByteArray()));
                measure(warmUp, nodeTimes, () -> gateway.send(nodeRequest));
                measure(warmUp, wasmTimes, () -> gateway.send(wasmRequest));
            }
            report.row("bare http.createServer", bareTimes);
            report.row("warm invoke, node in a container, through the gateway", nodeTimes);
            report.row("fresh WebAssembly instance, through the gateway", wasmTimes);
            report.figure(
                    "platform overhead of a warm invoke, p50",
                    "%.2f ms".formatted((nodeTimes.micros(0.5) - bareTimes.micros(0.5)) / 1e3),
                    "<= 2 ms");
            report.figure("WebAssembly through the gateway, p50", wasmTimes.millis(0.5), "<= 2 ms");
        } finally {
            gateway.delete(node);
            gateway.delete(wasm);
        }
    }

    private static void measure(boolean warmUp, Samples samples, Samples.Step step) throws Exception {
        if (warmUp) {
            step.run();
        } else {
            samples.time(step);
        }
    }
}
