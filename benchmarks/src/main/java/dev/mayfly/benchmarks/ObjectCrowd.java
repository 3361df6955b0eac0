package dev.mayfly.benchmarks;

import dev.mayfly.standalone.home.Home;
import dev.mayfly.standalone.home.Secrets;
import dev.mayfly.standalone.home.Settings;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * One bucket with very many objects. They are rows, copied from one that the store made: a million requests would take longer
 * than everything else together, and the rows are the same.
 */
final class ObjectCrowd {
    private static final String ROLE = "objects";
    private static final int LISTINGS = 60;
    private static final int ROUNDS = 3;
    private static final double SECONDS = 4;

    private final ObjectStore store;
    private final Report report;

    ObjectCrowd(ObjectStore store, Report report) {
        this.store = store;
        this.report = report;
    }

    void run(int count) throws Exception {
        String crowded = "bench-crowd-" + UUID.randomUUID();
        byte[] body = new byte[4 << 10];
        try (Connection database = connect();
                var empty = new ObjectClients(store, "bench-" + UUID.randomUUID());
                var full = new ObjectClients(store, crowded)) {
            try {
                store.put(full.target("seed"), new byte[16]);
                fill(database, crowded, count);
                listings(crowded, count);
                empty.puts(SECONDS, body, new Samples(1));
                full.puts(SECONDS, body, new Samples(1));
                double[] rates = new double[2];
                for (int round = 0; round < ROUNDS; round++) {
                    rates[0] += empty.puts(SECONDS, body, new Samples(1)) / ROUNDS;
                    rates[1] += full.puts(SECONDS, body, new Samples(1)) / ROUNDS;
                }
                report.figure(
                        "4 KiB puts into a bucket of %,d objects".formatted(count),
                        "%.2f x those into an empty one (%.0f/s, %.0f/s)"
                                .formatted(rates[1] / rates[0], rates[1], rates[0]),
                        ">= 0.8 x");
            } finally {
                empty(database, crowded);
            }
        }
    }

    private void listings(String bucket, int count) throws Exception {
        var random = new Random(count);
        var times = new Samples(LISTINGS);
        for (int i = 0; i < LISTINGS + 10; i++) {
            String target = "/" + bucket
                    + "?list-type=2&max-keys=1000&start-after=k%08d".formatted(random.nextInt(count - 1000));
            var time = i < 10 ? new Samples(1) : times;
            time.time(() -> {
                String page = new String(store.ask("GET", target, Map.of(), "").body(), StandardCharsets.UTF_8);
                if (!page.contains("<KeyCount>1000</KeyCount>")) {
                    throw new IllegalStateException("Not 1000 keys: " + page.substring(0, 300));
                }
            });
        }
        report.row("listing 1,000 of %,d keys".formatted(count), times);
        report.figure("listing 1,000 of %,d keys, p50".formatted(count), times.millis(0.5), "<= 20 ms");
    }

    private static Connection connect() throws Exception {
        Settings settings = Settings.from(System.getenv());
        Secrets secrets = Secrets.loadOrCreate(new Home(settings.home()), List.of(ROLE));
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + settings.ports().postgres() + "/mayfly?currentSchema=" + ROLE,
                ROLE,
                secrets.databasePasswords().get(ROLE));
    }

    /** Copies the row of the object {@code seed}, whatever its columns are. */
    private static void fill(Connection database, String bucket, int count) throws SQLException {
        String columns;
        try (var asked = database.createStatement();
                ResultSet row = asked.executeQuery("""
                        SELECT string_agg('o.' || quote_ident(column_name), ', ') FROM information_schema.columns
                        WHERE table_schema = 'objects' AND table_name = 'object' AND column_name <> 'key'
                        AND is_identity = 'NO' AND is_generated = 'NEVER'""")) {
            row.next();
            columns = row.getString(1);
        }
        String sql = "INSERT INTO object (key, " + columns.replace("o.", "")
                + ") SELECT convert_to('k' || lpad(n::text, 8, '0'), 'UTF8'), "
                + columns + " FROM generate_series(1, ?) AS n CROSS JOIN object o JOIN bucket b ON b.id = o.bucket_id"
                + " WHERE b.name = ? AND o.key = 'seed'";
        try (PreparedStatement filling = database.prepareStatement(sql);
                var analysed = database.createStatement()) {
            filling.setInt(1, count);
            filling.setString(2, bucket);
            filling.executeUpdate();
            analysed.execute("ANALYZE object");
        }
    }

    private static void empty(Connection database, String bucket) throws SQLException {
        try (PreparedStatement emptying = database.prepareStatement(
                "DELETE FROM object WHERE key >= 'k' AND key < 'l' AND bucket_id = (SELECT id FROM bucket WHERE name = ?)")) {
            emptying.setString(1, bucket);
            emptying.executeUpdate();
        }
    }
}
