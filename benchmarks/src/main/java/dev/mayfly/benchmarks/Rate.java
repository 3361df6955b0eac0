package dev.mayfly.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How often something can be done. */
final class Rate {
    private Rate() {}

    /** How many a second, as many at a time as there are cores. */
    static double perSecond(Duration during, Samples.Step once) throws InterruptedException, ExecutionException {
        int threads = Runtime.getRuntime().availableProcessors();
        long start = System.nanoTime();
        long end = start + during.toNanos();
        Callable<Integer> repeating = () -> {
            int done = 0;
            while (System.nanoTime() < end) {
                once.run();
                done++;
            }
            return done;
        };
        int all = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(repeating));
            }
            for (Future<Integer> each : running) {
                all += each.get();
            }
        }
        return all / ((System.nanoTime() - start) / 1e9);
    }
}
