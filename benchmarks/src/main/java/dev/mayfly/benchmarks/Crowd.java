package dev.mayfly.benchmarks;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Many clients at once, each of which sends its next request when it has its answer.
 *
 * @param samples the time of each request
 * @param seconds how long all took
 * @param failures answers other than 2xx, and function errors
 */
record Crowd(Samples samples, double seconds, int failures) {

    double perSecond() {
        return (samples.count() - failures) / seconds;
    }

    /** Sends what {@code requests} gives, from {@code clients} clients, for that long. */
    static Crowd run(HttpClient http, int clients, Duration time, Supplier<HttpRequest> requests)
            throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        var samples = new Samples(1 << 16);
        Callable<Integer> client = () -> {
            int failures = 0;
            while (System.nanoTime() < end) {
                HttpRequest request = requests.get();
                long sent = System.nanoTime();
                var answer = http.send(request, HttpResponse.BodyHandlers.discarding());
                samples.add(System.nanoTime() - sent);
                boolean failed = answer.statusCode() / 100 != 2
                        || answer.headers().firstValue("x-amz-function-error").isPresent();
                failures += failed ? 1 : 0;
            }
            return failures;
        };
        int failures = 0;
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                running.add(pool.submit(client));
            }
            for (Future<Integer> each : running) {
                failures += each.get();
            }
        }
        return new Crowd(samples, (System.nanoTime() - start) / 1e9, failures);
    }
}
