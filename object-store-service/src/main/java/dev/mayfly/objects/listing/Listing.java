package dev.mayfly.objects.listing;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Reads keys in order from the index. With a delimiter each step of a recursive query is one descent of the index to the
 * first key past the last one, or past all that the last common prefix folds: a million keys below one prefix cost as much
 * as one.
 */
@Repository
class Listing {
    private static final String PLAIN = """
            SELECT key, NULL::bytea AS cut, size, etag, modified_at FROM object
            WHERE bucket_id = ? AND key >= ? %s ORDER BY key LIMIT ?""";

    private static final String FOLDED = """
            WITH RECURSIVE setting AS MATERIALIZED (
                SELECT ?::bigint AS bucket_id, ?::bytea AS start, ?::bytea AS delimiter, ?::int AS skipped
            ), scan AS (
                (SELECT o.key, o.size, o.etag, o.modified_at,
                    position(s.delimiter IN substring(o.key FROM s.skipped + 1)) AS at
                FROM setting s, LATERAL (
                    SELECT * FROM object WHERE bucket_id = s.bucket_id AND key >= s.start %1$s ORDER BY key LIMIT 1) o)
                UNION ALL
                SELECT o.key, o.size, o.etag, o.modified_at,
                    position(s.delimiter IN substring(o.key FROM s.skipped + 1))
                FROM scan p, setting s, LATERAL (
                    SELECT * FROM object WHERE bucket_id = s.bucket_id AND key >= CASE WHEN p.at = 0 THEN p.key || '\\x00'
                        ELSE set_byte(substring(p.key FOR s.skipped + p.at + length(s.delimiter) - 1),
                            s.skipped + p.at + length(s.delimiter) - 2,
                            get_byte(p.key, s.skipped + p.at + length(s.delimiter) - 2) + 1) END
                        %1$s
                    ORDER BY key LIMIT 1) o
            )
            SELECT CASE WHEN at > 0
                    THEN substring(key FOR (SELECT skipped + length(delimiter) FROM setting) + at - 1) END AS cut,
                key, size, etag, modified_at
            FROM scan LIMIT ?""";

    private final JdbcClient jdbc;

    Listing(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * An object, or what the delimiter folded.
     *
     * @param name the key, or the common prefix
     */
    record Entry(String name, boolean folded, long size, String etag, Instant modifiedAt) {}

    /**
     * What to list.
     *
     * @param delimiter empty for none
     * @param after entries up to and with this one are left out; empty for none
     */
    record Question(long bucketId, String prefix, String delimiter, String after) {}

    /** The first {@code limit} entries. */
    List<Entry> list(Question question, int limit) {
        byte[] prefix = utf8(question.prefix());
        byte[] start = start(question, prefix);
        byte @Nullable [] end = prefix.length == 0 ? null : successor(prefix);
        String bounded = end == null ? "" : "AND key < ?";
        var parameters = new ArrayList<Object>();
        parameters.add(question.bucketId());
        parameters.add(start);
        String sql;
        if (question.delimiter().isEmpty()) {
            sql = PLAIN.formatted(bounded);
        } else {
            sql = FOLDED.formatted(bounded);
            parameters.add(utf8(question.delimiter()));
            parameters.add(prefix.length);
            if (end != null) {
                parameters.add(end);
            }
        }
        if (end != null) {
            parameters.add(end);
        }
        parameters.add(limit);
        return jdbc.sql(sql)
                .params(parameters)
                .query((row, number) -> {
                    byte[] cut = row.getBytes("cut");
                    return new Entry(
                            new String(cut == null ? row.getBytes("key") : cut, StandardCharsets.UTF_8),
                            cut != null,
                            row.getLong("size"),
                            row.getString("etag"),
                            row.getObject("modified_at", OffsetDateTime.class).toInstant());
                })
                .list();
    }

    private static byte[] start(Question question, byte[] prefix) {
        String after = question.after();
        if (after.isEmpty() || compare(utf8(after), prefix) < 0) {
            return prefix;
        }
        if (!question.delimiter().isEmpty() && after.startsWith(question.prefix())) {
            int at = after.indexOf(question.delimiter(), question.prefix().length());
            if (at >= 0) {
                return successor(
                        utf8(after.substring(0, at + question.delimiter().length())));
            }
        }
        byte[] key = utf8(after);
        byte[] next = new byte[key.length + 1];
        System.arraycopy(key, 0, next, 0, key.length);
        return next;
    }

    /** The least bytes that are above all that begin with {@code prefix}; UTF-8 has no byte 0xFF, so the last can grow. */
    static byte[] successor(byte[] prefix) {
        byte[] next = prefix.clone();
        next[next.length - 1]++;
        return next;
    }

    private static int compare(byte[] left, byte[] right) {
        return Arrays.compareUnsigned(left, right);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
