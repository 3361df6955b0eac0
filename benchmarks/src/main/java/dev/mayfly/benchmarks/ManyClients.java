package dev.mayfly.benchmarks;

import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Throughput of warm invocations: against the handler behind a bare server, and of many functions against one's. */
final class ManyClients {
    private static final int CLIENTS = 32;
    private static final int MEMORY_MB = 256;
    private static final int EVENT_BYTES = 1024;

    /** Turns of each: the sides are measured one after the other, several times. */
    private static final int TURNS = 3;

    private final Gateway gateway;
    private final Report report;
    private final Duration turn;
    private final byte[] event =
            ("{\"text\":\"" + "x".repeat(EVENT_BYTES - 11) + "\"}").getBytes(StandardCharsets.UTF_8);

    ManyClients(Gateway gateway, Report report, Duration turn) {
        this.gateway = gateway;
        this.report = report;
        this.turn = turn;
    }

    /** What several turns of one side gave. */
    private static final class Side {
        private final Samples all = new Samples(1 << 16);
        private final List<Double> rates = new ArrayList<>();
        private int failures;

        void add(Crowd crowd) {
            crowd.samples().addTo(all);
            rates.add(crowd.perSecond());
            failures += crowd.failures();
        }

        double rate() {
            return rates.stream().sorted().toList().get(rates.size() / 2);
        }
    }

    void againstBareServer() throws Exception {
        String function = gateway.newName("crowd");
        gateway.create(function, "nodejs20.x", "index.handler", Functions.nodeZip(), MEMORY_MB, "container");
        try (var server = new BareServer()) {
            HttpRequest bare = server.request(event);
            HttpRequest invocation = gateway.invocation(function, event);
            var plain = new Side();
            var mayfly = new Side();
            run(turn.multipliedBy(2), () -> invocation);
            for (int i = 0; i < TURNS; i++) {
                plain.add(run(turn, () -> bare));
                mayfly.add(run(turn, () -> invocation));
            }
            report.row(
                    "bare http.createServer, " + CLIENTS + " clients, 1 KB (" + number(plain.rate()) + "/s)",
                    plain.all);
            report.row(
                    "warm invoke, node in a container, " + CLIENTS + " clients, 1 KB (" + number(mayfly.rate()) + "/s)",
                    mayfly.all);
            report.figure(
                    "throughput of warm invokes against the bare server",
                    "%.2f x (%s/s, %d failed)"
                            .formatted(mayfly.rate() / plain.rate(), number(mayfly.rate()), mayfly.failures),
                    ">= 0.35 x");
            report.figure("p99 of it", mayfly.all.millis(0.99), "<= 25 ms");
        } finally {
            gateway.delete(function);
        }
    }

    void manyFunctions(int count) throws Exception {
        List<String> names = new ArrayList<>();
        try {
            List<HttpRequest> requests = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String name = gateway.newName("many");
                gateway.create(name, "wasm32-wasip1", "echo.wasm", Functions.wasmZip(), MEMORY_MB, "wasm");
                names.add(name);
                requests.add(gateway.invocation(name, event));
            }
            for (HttpRequest request : requests) {
                gateway.send(request);
            }
            Supplier<HttpRequest> any =
                    () -> requests.get(ThreadLocalRandom.current().nextInt(count));
            Supplier<HttpRequest> same = requests::getFirst;
            run(turn, any);
            var one = new Side();
            var many = new Side();
            for (int i = 0; i < TURNS; i++) {
                one.add(run(turn, same));
                many.add(run(turn, any));
            }
            report.row("one WebAssembly function, " + CLIENTS + " clients (" + number(one.rate()) + "/s)", one.all);
            report.row(
                    count + " functions at random, " + CLIENTS + " clients (" + number(many.rate()) + "/s)", many.all);
            report.figure(
                    "throughput of " + count + " functions against one's",
                    "%.2f x (%d failed)".formatted(many.rate() / one.rate(), many.failures),
                    ">= 0.8 x");
        } finally {
            for (String name : names) {
                gateway.delete(name);
            }
        }
    }

    private Crowd run(Duration time, Supplier<HttpRequest> requests) throws Exception {
        return Crowd.run(gateway.http(), CLIENTS, time, requests);
    }

    private static String number(double value) {
        return "%,.0f".formatted(value);
    }
}
