package dev.mayfly.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/** The same requests to all stores, in turns; the first is Mayfly. */
final class ObjectsBesidePeers {
    private static final int SMALL_BYTES = 4 << 10;
    private static final int LARGE_BYTES = 64 << 20;
    private static final double WARM_UP_SECONDS = 3;

    private final List<ObjectStore> stores;
    private final Report report;

    ObjectsBesidePeers(List<ObjectStore> stores, Report report) {
        this.stores = stores;
        this.report = report;
    }

    /** Small objects by many clients. */
    void small(int rounds, double seconds) throws Exception {
        byte[] body = random(SMALL_BYTES);
        List<ObjectClients> all = open();
        double[][] puts = new double[all.size()][rounds];
        double[][] gets = new double[all.size()][rounds];
        List<Samples> putTimes = samples();
        List<Samples> getTimes = samples();
        try {
            for (ObjectClients clients : all) {
                clients.puts(WARM_UP_SECONDS, body, new Samples(1));
                clients.gets(WARM_UP_SECONDS, new Samples(1));
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < all.size(); i++) {
                    puts[i][round] = all.get(i).puts(seconds, body, putTimes.get(i));
                }
                for (int i = 0; i < all.size(); i++) {
                    gets[i][round] = all.get(i).gets(seconds, getTimes.get(i));
                }
            }
        } finally {
            close(all);
        }
        for (int i = 0; i < stores.size(); i++) {
            report.row("4 KiB put, 16 clients, " + stores.get(i).name(), putTimes.get(i));
            report.row("4 KiB get, 16 clients, " + stores.get(i).name(), getTimes.get(i));
        }
        figure("4 KiB put at 16 clients", "/s", puts, ">= 1.0 x");
        figure("4 KiB get at 16 clients", "/s", gets, ">= 1.0 x");
    }

    /** Large objects by one client. */
    void large(int rounds) throws Exception {
        byte[] body = random(LARGE_BYTES);
        List<ObjectClients> all = open();
        double[][] puts = new double[all.size()][rounds];
        double[][] gets = new double[all.size()][rounds];
        try {
            for (int round = -1; round < rounds; round++) {
                for (int i = 0; i < all.size(); i++) {
                    ObjectClients clients = all.get(i);
                    String target = clients.target("large" + round);
                    double put = megabytesPerSecond(() -> clients.store().put(target, body));
                    double get = megabytesPerSecond(() -> clients.store().drain(target));
                    if (round >= 0) {
                        puts[i][round] = put;
                        gets[i][round] = get;
                    }
                }
            }
        } finally {
            close(all);
        }
        figure("64 MiB put", "MB/s", puts, ">= 0.8 x");
        figure("64 MiB get", "MB/s", gets, ">= 0.8 x");
    }

    private static double megabytesPerSecond(Samples.Step step) throws Exception {
        long start = System.nanoTime();
        step.run();
        return LARGE_BYTES / 1e6 / ((System.nanoTime() - start) / 1e9);
    }

    /** The median of the rounds, as a ratio to the better peer's. */
    private void figure(String what, String unit, double[][] rates, String target) {
        double[] medians =
                Arrays.stream(rates).mapToDouble(ObjectsBesidePeers::median).toArray();
        int best = IntStream.range(1, medians.length)
                .reduce((a, b) -> medians[a] >= medians[b] ? a : b)
                .orElseThrow();
        var text = new StringBuilder("%.2f x %s ("
                .formatted(medians[0] / medians[best], stores.get(best).name()));
        for (int i = 0; i < medians.length; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append("%s %.0f".formatted(stores.get(i).name(), medians[i]));
        }
        report.figure(what + ", " + unit, text.append(')').toString(), target);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private List<ObjectClients> open() throws Exception {
        var all = new ArrayList<ObjectClients>();
        for (ObjectStore store : stores) {
            all.add(new ObjectClients(store, "bench-" + UUID.randomUUID()));
        }
        return all;
    }

    private static void close(List<ObjectClients> all) throws Exception {
        for (ObjectClients clients : all) {
            clients.close();
        }
    }

    private List<Samples> samples() {
        return stores.stream().map(store -> new Samples(1 << 14)).toList();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
