package dev.mayfly.observability.projection;

import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** How far each projection has read. Kept beside what it wrote so that both are committed as one. */
@Repository
class ConsumedOffsets {
    private static final String SAVE = """
            INSERT INTO consumed_offset (projection, topic_id, partition, next_offset) VALUES (?, ?, ?, ?)
            ON CONFLICT (projection, topic_id, partition)
            DO UPDATE SET next_offset = excluded.next_offset, updated_at = now()
            """;

    private final JdbcTemplate jdbc;

    ConsumedOffsets(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The next offset to read by partition; a partition that was never read is missing. */
    Map<Integer, Long> load(String projection, String topicId) {
        var offsets = new HashMap<Integer, Long>();
        JdbcClient.create(jdbc)
                .sql("SELECT partition, next_offset FROM consumed_offset WHERE projection = ? AND topic_id = ?")
                .params(projection, topicId)
                .query(row -> {
                    offsets.put(row.getInt(1), row.getLong(2));
                });
        return offsets;
    }

    void save(String projection, String topicId, Map<Integer, Long> nextOffsets) {
        jdbc.batchUpdate(
                SAVE,
                nextOffsets.entrySet().stream()
                        .map(next -> new Object[] {projection, topicId, next.getKey(), next.getValue()})
                        .toList());
    }
}
