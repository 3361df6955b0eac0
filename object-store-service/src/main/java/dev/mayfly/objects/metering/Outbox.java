package dev.mayfly.objects.metering;

import dev.mayfly.objects.object.SegmentColumns;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The table of changes that Kafka does not have yet. */
@Repository
class Outbox {
    private static final long RELAY_LOCK = 0x6D61_7966_6C79L;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    Outbox(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * Gives the oldest changes to {@code relay} and forgets them when it returns. One relay at a time, over all processes,
     * so that the changes of a key are told in their order.
     *
     * @return how many
     */
    int relay(int limit, Consumer<List<OutboxRow>> relay) {
        Integer count = transaction.execute(status -> {
            boolean alone = jdbc.sql("SELECT pg_try_advisory_xact_lock(?)")
                    .param(RELAY_LOCK)
                    .query(Boolean.class)
                    .single();
            List<OutboxRow> rows = alone ? oldest(limit) : List.of();
            if (!rows.isEmpty()) {
                relay.accept(rows);
                jdbc.sql("DELETE FROM outbox WHERE seq = ANY (?)")
                        .param(SegmentColumns.numbers(
                                rows.stream().map(OutboxRow::seq).toList()))
                        .update();
            }
            return rows.size();
        });
        return count == null ? 0 : count;
    }

    private List<OutboxRow> oldest(int limit) {
        return jdbc.sql("""
                        SELECT seq, at, account_id, bucket, bytes, objects, event, request_id, key, size, etag
                        FROM outbox ORDER BY seq LIMIT ?""")
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
                            key == null ? null : new String(key, StandardCharsets.UTF_8),
                            row.getLong("size"),
                            row.getString("etag"));
                })
                .list();
    }
}
