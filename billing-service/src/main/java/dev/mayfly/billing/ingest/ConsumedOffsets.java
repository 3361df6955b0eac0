package dev.mayfly.billing.ingest;

import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** How far each partition is in the ledger. Kept beside the lines so that both are committed as one. */
@Repository
class ConsumedOffsets {
    private static final String SAVE = """
            INSERT INTO consumed_offset (topic_id, partition, next_offset) VALUES (?, ?, ?)
            ON CONFLICT (topic_id, partition) DO UPDATE SET next_offset = excluded.next_offset, updated_at = now()
            """;

    private final JdbcTemplate jdbc;

    ConsumedOffsets(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The next offset to read by partition; a partition that was never read is missing. */
    Map<Integer, Long> load(String topicId) {
        var offsets = new HashMap<Integer, Long>();
        JdbcClient.create(jdbc)
                .sql("SELECT partition, next_offset FROM consumed_offset WHERE topic_id = ?")
                .param(topicId)
                .query(row -> {
                    offsets.put(row.getInt(1), row.getLong(2));
                });
        return offsets;
    }

    void save(String topicId, Map<Integer, Long> nextOffsets) {
        jdbc.batchUpdate(
                SAVE,
                nextOffsets.entrySet().stream()
                        .map(next -> new Object[] {topicId, next.getKey(), next.getValue()})
                        .toList());
    }
}
