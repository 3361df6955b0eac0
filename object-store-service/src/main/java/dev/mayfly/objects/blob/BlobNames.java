package dev.mayfly.objects.blob;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What names blobs: the view {@code blob_name}, over objects, versions and parts. */
@Repository
class BlobNames {
    private static final int FETCHED_AT_ONCE = 500;
    private static final int SOME = 10;

    private final JdbcClient jdbc;
    private final TransactionTemplate reading;
    private final TransactionTemplate repairing;

    BlobNames(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.reading = new TransactionTemplate(transactions);
        reading.setReadOnly(true);
        this.repairing = new TransactionTemplate(transactions);
        repairing.setPropagationBehavior(TransactionTemplate.PROPAGATION_REQUIRES_NEW);
    }

    /** Some of the objects whose bytes lie in a blob, as {@code bucket/key}. */
    List<String> of(UUID blob) {
        return jdbc.sql("""
                        SELECT b.name, n.key FROM blob_name n JOIN bucket b ON b.id = n.bucket_id
                        WHERE n.blob_id = ? LIMIT ?""")
                .params(blob, SOME)
                .query((row, number) ->
                        row.getString("name") + "/" + new String(row.getBytes("key"), StandardCharsets.UTF_8))
                .list();
    }

    private record Count(UUID blob, Long refs, long names, long pending) {}

    /**
     * Tells of blobs that count other names than they have. Between the count and the names lie the releases that the sweep
     * has yet to apply; one statement sees all three as they are at one moment.
     */
    void differences(boolean repair, BlobStore store, Consumer<Difference> found) throws IOException {
        var unknown = new ArrayList<Count>();
        reading.executeWithoutResult(status -> {
            try (var counts = jdbc
                    .sql("""
                            WITH named AS (SELECT blob_id AS id, count(*) AS n FROM blob_name GROUP BY blob_id),
                            pending AS (SELECT blob_id AS id, count(*) AS n FROM blob_release GROUP BY blob_id)
                            SELECT id, b.refs, coalesce(n.n, 0) AS names, coalesce(p.n, 0) AS pending
                            FROM blob b FULL JOIN named n USING (id) LEFT JOIN pending p USING (id)
                            WHERE b.refs IS DISTINCT FROM coalesce(n.n, 0) + coalesce(p.n, 0)""")
                    .withFetchSize(FETCHED_AT_ONCE)
                    .query((row, number) -> new Count(
                            row.getObject("id", UUID.class),
                            row.getObject("refs", Long.class),
                            row.getLong("names"),
                            row.getLong("pending")))
                    .stream()) {
                counts.forEach(count -> {
                    if (count.refs() == null) {
                        unknown.add(count);
                    } else {
                        boolean repaired = repair && recount(count);
                        found.accept(new Difference(
                                Difference.Kind.REFERENCES,
                                count.blob(),
                                "it counts %d names and has %d"
                                        .formatted(count.refs() - count.pending(), count.names()),
                                List.of(),
                                repaired));
                    }
                });
            }
        });
        for (Count count : unknown) {
            boolean repaired = repair && adopt(count, store);
            found.accept(new Difference(
                    Difference.Kind.UNKNOWN,
                    count.blob(),
                    "%d objects name it and it has no row".formatted(count.names()),
                    of(count.blob()),
                    repaired));
        }
    }

    /** Puts a count right, unless it has changed since; what has no name left is released, so that the sweep deletes it. */
    private boolean recount(Count count) {
        return Boolean.TRUE.equals(repairing.execute(status -> {
            boolean nameless = count.names() + count.pending() == 0;
            int changed = jdbc.sql("UPDATE blob SET refs = ? WHERE id = ? AND refs = ?")
                    .params(nameless ? 1 : count.names() + count.pending(), count.blob(), count.refs())
                    .update();
            if (changed > 0 && nameless) {
                jdbc.sql("INSERT INTO blob_release (blob_id) VALUES (?)")
                        .param(count.blob())
                        .update();
            }
            return changed > 0;
        }));
    }

    /** Gives a row to a blob that is named and there, so that the sweep does not take it for an orphan. */
    private boolean adopt(Count count, BlobStore store) throws IOException {
        try {
            return jdbc.sql("INSERT INTO blob (id, size, refs) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING")
                            .params(count.blob(), store.size(count.blob()), count.names())
                            .update()
                    == 1;
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
