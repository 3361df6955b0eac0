package dev.mayfly.objects.metering;

import dev.mayfly.objects.object.Origin;
import dev.mayfly.objects.object.SegmentColumns;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The table of changes that Kafka does not have yet. */
@Repository
class Outbox {
    static final long RELAY_LOCK = 0x6D61_7966_6C79L;

    /** What was told is counted as stored from then on. */
    private static final String FORGET = """
            WITH told AS (DELETE FROM outbox WHERE seq = ANY (?) RETURNING account_id, bucket, bytes, objects)
            INSERT INTO stored AS s SELECT account_id, sum(bytes), sum(objects) FROM told
            WHERE strpos(bucket, '/') = 0 GROUP BY account_id HAVING sum(bytes) <> 0 OR sum(objects) <> 0
            ON CONFLICT (account_id) DO UPDATE SET bytes = s.bytes + excluded.bytes,
                objects = s.objects + excluded.objects""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    Outbox(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * Gives the oldest changes to {@code relay} and forgets them when it returns, all but those that it says Kafka refuses: they
     * are kept, out of the others' way. One relay at a time, over all processes, so that the changes of a key are told in
     * their order.
     *
     * @param relay answers why it could not tell of some, by {@link OutboxRow#seq}
     * @return how many
     */
    int relay(int limit, Function<List<OutboxRow>, Map<Long, String>> relay) {
        Integer count = transaction.execute(status -> {
            boolean alone = jdbc.sql("SELECT pg_try_advisory_xact_lock(?)")
                    .param(RELAY_LOCK)
                    .query(Boolean.class)
                    .single();
            List<OutboxRow> rows = alone ? oldest(limit) : List.of();
            if (!rows.isEmpty()) {
                Map<Long, String> refused = relay.apply(rows);
                jdbc.sql(FORGET)
                        .param(SegmentColumns.numbers(rows.stream()
                                .map(OutboxRow::seq)
                                .filter(seq -> !refused.containsKey(seq))
                                .toList()))
                        .update();
                refused.forEach((seq, refusal) -> jdbc.sql("UPDATE outbox SET refusal = ? WHERE seq = ?")
                        .param(refusal)
                        .param(seq)
                        .update());
            }
            return rows.size();
        });
        return count == null ? 0 : count;
    }

    /** What Kafka refused is to be tried once more. */
    void retryRefused() {
        jdbc.sql("UPDATE outbox SET refusal = NULL WHERE refusal IS NOT NULL").update();
    }

    private List<OutboxRow> oldest(int limit) {
        return jdbc.sql("""
                        SELECT seq, at, account_id, bucket, bytes, objects, event, request_id, origin, notification,
                            key, size, etag, version_id
                        FROM outbox WHERE refusal IS NULL ORDER BY seq LIMIT ?""")
                .param(limit)
                .query((row, number) -> {
                    byte[] key = row.getBytes("key");
                    return new OutboxRow(
                            row.getLong("seq"),
                            row.getObject("at", OffsetDateTime.class).toInstant(),
                            row.getString("account_id"),
                            row.getString("bucket"),
                            row.getLong("bytes"),
                            row.getLong("objects"),
                            row.getString("event"),
                            row.getString("request_id"),
                            Origin.read(row.getString("origin")),
                            row.getString("notification"),
                            key == null ? null : new String(key, StandardCharsets.UTF_8),
                            row.getLong("size"),
                            row.getString("etag"),
                            row.getString("version_id"));
                })
                .list();
    }
}
