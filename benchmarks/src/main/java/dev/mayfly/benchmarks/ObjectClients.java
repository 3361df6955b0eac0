package dev.mayfly.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** Clients that work at once on one bucket, which is made for them and emptied after. */
final class ObjectClients implements AutoCloseable {
    static final int COUNT = 16;

    private static final Pattern KEY = Pattern.compile("<Key>([^<]+)</Key>");

    private final ObjectStore store;
    private final String bucket;
    private final AtomicInteger written = new AtomicInteger();

    ObjectClients(ObjectStore store, String bucket) throws IOException, InterruptedException {
        this.store = store;
        this.bucket = bucket;
        store.ask("PUT", "/" + bucket, Map.of(), "");
    }

    ObjectStore store() {
        return store;
    }

    String target(String key) {
        return "/" + bucket + "/" + key;
    }

    /** New objects a second. */
    double puts(double seconds, byte[] body, Samples samples) throws Exception {
        return rate(
                seconds, samples, () -> store.put(target("%08x".formatted(spread(written.getAndIncrement()))), body));
    }

    /** Objects read a second, of those that {@link #puts} wrote. */
    double gets(double seconds, Samples samples) throws Exception {
        var next = new AtomicInteger();
        int count = written.get();
        return rate(
                seconds, samples, () -> store.get(target("%08x".formatted(spread(next.getAndIncrement() % count)))));
    }

    /** Another order than that of the alphabet; each number once. */
    private static int spread(int number) {
        return number * 0x9E3779B1;
    }

    private static double rate(double seconds, Samples samples, Samples.Step step) throws Exception {
        long start = System.nanoTime();
        long end = start + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        int done = 0;
        try (var threads = Executors.newFixedThreadPool(COUNT)) {
            Callable<Integer> client = () -> {
                int own = 0;
                while (System.nanoTime() < end) {
                    samples.time(step);
                    own++;
                }
                return own;
            };
            var running = new ArrayList<Future<Integer>>();
            for (int i = 0; i < COUNT; i++) {
                running.add(threads.submit(client));
            }
            for (Future<Integer> each : running) {
                done += each.get();
            }
        }
        return done / ((System.nanoTime() - start) / 1e9);
    }

    /** Deletes what lies in the bucket, and the bucket. */
    @Override
    public void close() throws IOException, InterruptedException {
        List<String> keys = keys();
        while (!keys.isEmpty()) {
            var document = new StringBuilder("<Delete><Quiet>true</Quiet>");
            keys.forEach(key -> document.append("<Object><Key>").append(key).append("</Key></Object>"));
            String body = document.append("</Delete>").toString();
            store.ask("POST", "/" + bucket + "?delete", Map.of("content-md5", ObjectStore.md5(body)), body);
            keys = keys();
        }
        store.ask("DELETE", "/" + bucket, Map.of(), "");
    }

    private List<String> keys() throws IOException, InterruptedException {
        String page = new String(
                store.ask("GET", "/" + bucket + "?list-type=2", Map.of(), "").body(), StandardCharsets.UTF_8);
        return KEY.matcher(page).results().map(found -> found.group(1)).toList();
    }
}
