package dev.mayfly.objects.blob;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.background.BackgroundWork;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes the blobs that nothing names any more, after the grace time. Rows go first and files after: what a killed
 * process leaves between the two is an orphan, and found as one.
 */
@Component
public class BlobSweep extends BackgroundWork {
    private static final Logger log = LoggerFactory.getLogger(BlobSweep.class);
    private static final int BATCH = 1000;

    private static final String APPLY = """
            WITH due AS (
                DELETE FROM blob_release WHERE seq IN (
                    SELECT seq FROM blob_release WHERE at <= ? ORDER BY seq LIMIT ? FOR UPDATE SKIP LOCKED)
                RETURNING blob_id
            ), counted AS (
                SELECT blob_id, count(*) AS n FROM due GROUP BY blob_id
            ), locked AS MATERIALIZED (
                SELECT b.id FROM blob b JOIN counted c ON b.id = c.blob_id ORDER BY b.id FOR UPDATE OF b
            ), applied AS (
                UPDATE blob b SET refs = refs - c.n FROM counted c, locked
                WHERE b.id = locked.id AND b.id = c.blob_id RETURNING b.id, b.refs
            )
            SELECT (SELECT count(*) FROM due) AS due, id, refs FROM applied""";

    private final BlobStore store;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final ObjectsProperties properties;
    private final Clock clock;

    BlobSweep(
            BlobStore store,
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            ObjectsProperties properties,
            Clock clock,
            MeterRegistry metrics) {
        super("blob-sweep", metrics);
        this.store = store;
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.properties = properties;
        this.clock = clock;
    }

    /** Deletes the blobs whose last name was taken away at least {@code grace} ago. Returns how many. */
    public int sweepReleased(Duration grace) throws IOException {
        int deleted = 0;
        Batch batch;
        do {
            Instant limit = clock.instant().minus(grace);
            batch = Objects.requireNonNull(transaction.execute(status -> apply(limit)));
            for (UUID dead : batch.dead()) {
                store.delete(dead);
            }
            deleted += batch.dead().size();
        } while (batch.due() == BATCH);
        return deleted;
    }

    private record Batch(long due, List<UUID> dead) {}

    private Batch apply(Instant limit) {
        var dead = new ArrayList<UUID>();
        long[] due = new long[1];
        jdbc.sql(APPLY).params(limit.atOffset(ZoneOffset.UTC), BATCH).query((ResultSet row) -> {
            due[0] = row.getLong("due");
            if (row.getLong("refs") <= 0) {
                dead.add(row.getObject("id", UUID.class));
            }
        });
        jdbc.sql("DELETE FROM blob WHERE id = ANY (?)")
                .param(new SqlArrayValue("uuid", dead.toArray()))
                .update();
        return new Batch(due[0], dead);
    }

    /** Deletes the blobs older than {@code grace} that the index does not know, and writes that never ended. */
    public int sweepOrphans(Duration grace) throws IOException {
        Instant limit = clock.instant().minus(grace);
        store.sweepUnfinished(limit);
        var found = new ArrayList<UUID>();
        store.forEachBefore(limit, found::add);
        int deleted = 0;
        for (int from = 0; from < found.size(); from += BATCH) {
            for (UUID orphan : unknown(found.subList(from, Math.min(found.size(), from + BATCH)))) {
                store.delete(orphan);
                deleted++;
            }
        }
        return deleted;
    }

    /** Those of {@code ids} that the index does not know. */
    List<UUID> unknown(List<UUID> ids) {
        return jdbc.sql("""
                        SELECT f.id FROM unnest(?::uuid[]) AS f (id)
                        WHERE NOT EXISTS (SELECT FROM blob WHERE blob.id = f.id)""")
                .param(new SqlArrayValue("uuid", ids.toArray()))
                .query(UUID.class)
                .list();
    }

    @Override
    protected void begin() {
        String failure = "Blobs were not swept and will be later";
        repeat(properties.sweepInterval(), () -> report(sweepReleased(properties.sweepGrace()), "released"), failure);
        repeat(properties.orphanInterval(), () -> report(sweepOrphans(properties.sweepGrace()), "orphaned"), failure);
    }

    private static void report(int deleted, String kind) {
        if (deleted > 0) {
            log.info("Deleted {} {} blobs", deleted, kind);
        }
    }
}
