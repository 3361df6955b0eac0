package dev.mayfly.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Many cold requests at once to one container function, through the gateway of the running suite. */
final class Burst {
    private static final int REQUESTS = 100;
    private static final int MEMORY_MB = 1024;
    private static final int SINGLES = 7;
    private static final double SHARE = 6;

    private Burst() {}

    /** Why it cannot be measured, or null. */
    static @Nullable String whyNot() throws InterruptedException {
        if (System.getenv("AWS_ENDPOINT_URL") == null) {
            return "no suite runs (./mayfly up --detach; eval \"$(./mayfly env)\")";
        }
        try (var gateway = new Gateway()) {
            gateway.deleteLeftovers();
            return null;
        } catch (IOException | IllegalStateException e) {
            return "the suite does not answer: " + e;
        }
    }

    static void measure(Bench bench) throws IOException, InterruptedException, ExecutionException {
        bench.say(REQUESTS + " cold requests at once");
        try (var gateway = new Gateway()) {
            String warm = create(gateway);
            for (int i = 0;
                    i < bench.effort.warmUp();
                    i++) { // services that have just started still compile themselves
                time(gateway, warm);
            }
            burst(gateway, warm, new Samples(REQUESTS));
            var warmTimes = new Samples(REQUESTS);
            burst(gateway, warm, warmTimes);
            gateway.delete(warm);
            bench.remarks.add("%d warm requests at once through the gateway, for comparison: p50 %s, p99 %s"
                    .formatted(REQUESTS, warmTimes.millis(0.5), warmTimes.millis(0.99)));
            var single = new Samples(SINGLES);
            for (int i = -1; i < SINGLES; i++) {
                String function = create(gateway);
                long nanos = time(gateway, function);
                gateway.delete(function);
                if (i >= 0) {
                    single.add(nanos);
                }
                Machine.rest();
            }
            var worst = new Samples(bench.effort.burst());
            var middle = new Samples(bench.effort.burst());
            String failure = "";
            for (int i = 0; i < bench.effort.burst(); i++) {
                String function = create(gateway);
                var all = new Samples(REQUESTS);
                String failed = burst(gateway, function, all);
                gateway.delete(function);
                if (failed != null) {
                    failure = failed;
                } else {
                    worst.add((long) (all.micros(0.99) * 1000));
                    middle.add((long) (all.micros(0.5) * 1000));
                }
            }
            bench.targets.add(target(single, middle, worst, failure));
        }
    }

    private static Target target(Samples single, Samples middle, Samples worst, String failure) {
        String what = REQUESTS + " cold requests at once to one container function through the gateway, p99";
        return failure.isEmpty()
                ? new Target(
                        what + ", no error",
                        worst.median() / single.median(),
                        SHARE,
                        "x a single cold start",
                        "%.0f ms, p50 %.0f ms, against %.0f ms"
                                .formatted(worst.median(), middle.median(), single.median()))
                : new Target(what, Double.POSITIVE_INFINITY, SHARE, "x", "failed: " + failure);
    }

    private static String create(Gateway gateway) throws IOException, InterruptedException {
        String name = gateway.newName("burst");
        gateway.create(name, "nodejs20.x", "index.handler", Functions.nodeZip(), MEMORY_MB, "container");
        return name;
    }

    private static long time(Gateway gateway, String function) throws IOException, InterruptedException {
        var request = gateway.invocation(function, Probe.EVENT);
        long start = System.nanoTime();
        gateway.send(request);
        return System.nanoTime() - start;
    }

    private static @Nullable String burst(Gateway gateway, String function, Samples all)
            throws InterruptedException, ExecutionException {
        var failure = new AtomicReference<@Nullable String>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                running.add(pool.submit(() -> {
                    try {
                        all.add(time(gateway, function));
                    } catch (IllegalStateException | IOException e) {
                        failure.set(e.getMessage());
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        return failure.get();
    }
}
