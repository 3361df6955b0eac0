package dev.mayfly.billing;

import dev.mayfly.billing.ingest.IngestStatus;
import dev.mayfly.contracts.usage.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast usage is taken in, on this machine now. Not a test: run it by hand with the test class path.
 * Arguments: events (default 400000), how many accounts (default 50). It prints whether the database was durable.
 */
public final class IngestLoad {
    private static final int CHUNK = 10_000;

    private IngestLoad() {}

    public static void main(String[] args) throws InterruptedException {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 400_000;
        int accounts = args.length > 1 ? Integer.parseInt(args[1]) : 50;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < accounts; i++) {
            names.add(Events.newAccount());
        }
        try (var billing = RunningBilling.start("billing_load")) {
            publish(billing, names, CHUNK * 5);
            awaitLag(billing);
            billing.stop();
            publish(billing, names, events);
            Instant begin = Instant.now();
            billing.start();
            Duration started = Duration.between(begin, Instant.now());
            awaitIngested(billing, events);
            Duration took = Duration.between(begin, Instant.now());
            Duration busy = took.minus(started);
            System.out.printf(
                    "%d events waiting: service started in %d ms, all in the ledger after %d ms: %.0f events/s"
                            + " from process start, %.0f events/s counted from when it was up%n",
                    events,
                    started.toMillis(),
                    took.toMillis(),
                    events * 1000.0 / took.toMillis(),
                    events * 1000.0 / busy.toMillis());
            System.out.println("fsync="
                    + billing.sql().sql("SHOW fsync").query(String.class).single()
                    + " synchronous_commit="
                    + billing.sql()
                            .sql("SHOW synchronous_commit")
                            .query(String.class)
                            .single());
            Instant report = Instant.now();
            billing.json(names.getFirst(), "/v1/usage?groupBy=resource,meter,day");
            System.out.println("report of one account: "
                    + Duration.between(report, Instant.now()).toMillis() + " ms");
        }
        System.exit(0);
    }

    private static void publish(RunningBilling billing, List<String> accounts, int count) {
        for (int sent = 0; sent < count; sent += CHUNK) {
            var chunk = new ArrayList<UsageEvent>();
            for (int i = 0; i < CHUNK; i++) {
                chunk.add(Events.invocation(
                        accounts.get((sent + i) % accounts.size()), Instant.now(), "function-" + i % 20));
            }
            billing.publish(chunk);
        }
    }

    private static void awaitIngested(RunningBilling billing, long lines) throws InterruptedException {
        while (billing.sql()
                        .sql("SELECT count(*) FROM ledger_line")
                        .query(Long.class)
                        .single()
                < lines) {
            Thread.sleep(100);
        }
    }

    private static void awaitLag(RunningBilling billing) throws InterruptedException {
        while (billing.bean(IngestStatus.class).freshness().lag().orElse(1) > 0) {
            Thread.sleep(100);
        }
    }
}
