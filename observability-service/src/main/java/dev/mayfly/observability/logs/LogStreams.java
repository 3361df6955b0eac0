package dev.mayfly.observability.logs;

import dev.mayfly.contracts.logs.LogLine;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The log streams and groups that there are: whatever has a line. */
@Repository
class LogStreams {
    private static final String SAVE = """
            INSERT INTO log_stream AS old (account_id, log_group, stream, function, created_at, first_time, last_time,
                last_ingested, stored_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account_id, log_group, stream) DO UPDATE SET
                first_time = least(old.first_time, excluded.first_time),
                last_time = greatest(old.last_time, excluded.last_time),
                last_ingested = excluded.last_ingested,
                stored_bytes = old.stored_bytes + excluded.stored_bytes
            """;

    /** Times in milliseconds since 1970. */
    record Stream(String name, long created, long first, long last, long ingested, long bytes) {}

    /** Times in milliseconds since 1970. */
    record Group(String name, long created, long bytes) {}

    private record Key(String account, String group, String stream) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return Comparator.comparing(Key::account)
                    .thenComparing(Key::group)
                    .thenComparing(Key::stream)
                    .compare(this, other);
        }
    }

    private static final class Growth {
        private final String function;
        private Instant first = Instant.MAX;
        private Instant last = Instant.MIN;
        private long bytes;

        Growth(String function) {
            this.function = function;
        }
    }

    private final JdbcTemplate jdbc;
    private final JdbcClient sql;

    LogStreams(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
        this.sql = JdbcClient.create(jdbc);
    }

    void grow(List<LogLine> lines, Instant now) {
        var growth = new TreeMap<Key, Growth>();
        for (LogLine line : lines) {
            var one = growth.computeIfAbsent(
                    new Key(line.accountId(), line.group(), line.stream()), key -> new Growth(line.function()));
            one.first = one.first.isBefore(line.time()) ? one.first : line.time();
            one.last = one.last.isAfter(line.time()) ? one.last : line.time();
            one.bytes += line.text().getBytes(StandardCharsets.UTF_8).length;
        }
        jdbc.batchUpdate(
                SAVE,
                growth.entrySet().stream()
                        .map(entry -> new Object[] {
                            entry.getKey().account(),
                            entry.getKey().group(),
                            entry.getKey().stream(),
                            entry.getValue().function,
                            Timestamp.from(now),
                            Timestamp.from(entry.getValue().first),
                            Timestamp.from(entry.getValue().last),
                            Timestamp.from(now),
                            entry.getValue().bytes
                        })
                        .toList());
    }

    void forgetBefore(Instant oldest) {
        sql.sql("DELETE FROM log_stream WHERE last_time < ?")
                .param(Timestamp.from(oldest))
                .update();
    }

    /** The log groups that the function writes to, or wrote to. */
    List<String> groupsOf(String account, String function) {
        return sql.sql("SELECT DISTINCT log_group FROM log_stream WHERE account_id = ? AND function = ?")
                .params(account, function)
                .query(String.class)
                .list();
    }

    boolean exists(String account, String group) {
        return sql.sql("SELECT EXISTS (SELECT 1 FROM log_stream WHERE account_id = ? AND log_group = ?)")
                .params(account, group)
                .query(Boolean.class)
                .single();
    }

    boolean exists(String account, String group, String stream) {
        return sql.sql("SELECT EXISTS (SELECT 1 FROM log_stream WHERE account_id = ? AND log_group = ? AND stream = ?)")
                .params(account, group, stream)
                .query(Boolean.class)
                .single();
    }

    /**
     * Groups after the name {@code after}, in the order of names.
     *
     * @param only their names, or empty for all
     */
    List<Group> groups(String account, String after, String prefix, String part, List<String> only, int limit) {
        return sql.sql("""
                        SELECT log_group, (extract(epoch FROM min(created_at)) * 1000)::bigint, sum(stored_bytes)::bigint
                        FROM log_stream
                        WHERE account_id = ? AND log_group > ? AND starts_with(log_group, ?)
                            AND position(lower(?) IN lower(log_group)) > 0 AND (? OR log_group = ANY (?))
                        GROUP BY log_group ORDER BY log_group LIMIT ?
                        """)
                .params(account, after, prefix, part, only.isEmpty(), only.toArray(String[]::new), limit)
                .query((row, number) -> new Group(row.getString(1), row.getLong(2), row.getLong(3)))
                .list();
    }

    /**
     * Streams of a group, from the place {@code skip} on.
     *
     * @param byTime ordered by their last event, else by name
     */
    List<Stream> streams(
            String account, String group, String prefix, boolean byTime, boolean descending, int skip, int limit) {
        String order = (byTime ? "last_time" : "stream") + (descending ? " DESC" : "") + (byTime ? ", stream" : "");
        return sql.sql("""
                        SELECT stream, (extract(epoch FROM created_at) * 1000)::bigint,
                            (extract(epoch FROM first_time) * 1000)::bigint,
                            (extract(epoch FROM last_time) * 1000)::bigint,
                            (extract(epoch FROM last_ingested) * 1000)::bigint, stored_bytes
                        FROM log_stream WHERE account_id = ? AND log_group = ? AND starts_with(stream, ?)
                        """ + " ORDER BY " + order + " OFFSET ? LIMIT ?")
                .params(account, group, prefix, skip, limit)
                .query((row, number) -> new Stream(
                        row.getString(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6)))
                .list();
    }
}
