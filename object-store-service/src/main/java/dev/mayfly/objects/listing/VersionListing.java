package dev.mayfly.objects.listing;

import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.VersionId;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Reads all versions of keys in order: by key, newest first. Where a delimiter folds more than a batch, the next batch begins
 * behind what is folded.
 */
@Repository
class VersionListing {
    private static final int FOLDING_BATCH = 200;

    private static final String BOUNDS = " WHERE bucket_id = ? AND (key > ? OR key = ? AND seq < ?) AND key >= ? %s"
            + " ORDER BY key, seq DESC LIMIT ?)";
    private static final String QUERY = "(SELECT key, seq, nonce, false AS marker, true AS current, size, etag,"
            + " modified_at FROM object" + BOUNDS
            + " UNION ALL (SELECT key, seq, nonce, marker, false, size, etag, modified_at FROM version" + BOUNDS
            + " ORDER BY key, current DESC, seq DESC LIMIT ?";

    private final JdbcClient jdbc;

    VersionListing(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A version, a delete marker, or what the delimiter folded.
     *
     * @param name the key, or the common prefix
     * @param version null for what is folded
     */
    record Entry(
            String name,
            @Nullable VersionId version,
            boolean marker,
            boolean latest,
            long size,
            String etag,
            Instant modifiedAt) {}

    /**
     * What to list.
     *
     * @param delimiter empty for none
     * @param after the key of the last entry that was seen; empty for none
     * @param seq of the version that was seen last of {@code after}; 0 when all of them were
     */
    record Question(long bucketId, String prefix, String delimiter, String after, long seq) {}

    /** Rows after {@code key}'s version {@code seq}, and from {@code start} on. */
    private record Cursor(byte[] key, long seq, byte[] start) {}

    /** The seq of a key's null version; 0 when there is none. */
    long seqOfNull(long bucketId, String key) {
        return jdbc.sql("""
                        SELECT seq FROM object WHERE bucket_id = ? AND key = ? AND nonce IS NULL
                        UNION ALL SELECT seq FROM version WHERE bucket_id = ? AND key = ? AND nonce IS NULL""")
                .params(bucketId, ObjectIndex.bytes(key), bucketId, ObjectIndex.bytes(key))
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    /** The first {@code limit} entries. */
    List<Entry> list(Question question, int limit) {
        boolean folding = !question.delimiter().isEmpty();
        byte[] prefix = ObjectIndex.bytes(question.prefix());
        var cursor = new Cursor(ObjectIndex.bytes(question.after()), question.seq(), prefix);
        String skipped = folded(question, question.after());
        if (skipped != null) {
            cursor = new Cursor(cursor.key(), 0, Listing.successor(ObjectIndex.bytes(skipped)));
        }
        var entries = new ArrayList<Entry>();
        String last = question.seq() == 0 ? null : question.after();
        String fold = null;
        while (entries.size() < limit) {
            int batch = folding ? FOLDING_BATCH : limit;
            List<Row> rows = rows(question.bucketId(), prefix, cursor, batch);
            for (Row row : rows) {
                String key = new String(row.key(), StandardCharsets.UTF_8);
                boolean latest = row.current() || row.marker() && !key.equals(last);
                last = key;
                String cut = folded(question, key);
                if (cut == null) {
                    entries.add(new Entry(
                            key, row.version(), row.marker(), latest, row.size(), row.etag(), row.modifiedAt()));
                } else if (!cut.equals(fold)) {
                    entries.add(new Entry(cut, null, false, false, 0, "", Instant.EPOCH));
                }
                fold = cut;
                if (entries.size() == limit) {
                    return entries;
                }
            }
            if (rows.size() < batch) {
                return entries;
            }
            Row end = rows.getLast();
            byte[] start = fold == null ? prefix : Listing.successor(ObjectIndex.bytes(fold));
            cursor = new Cursor(end.key(), end.version().seq(), start);
        }
        return entries;
    }

    /** The common prefix that the key belongs to, or null. */
    private static @Nullable String folded(Question question, String key) {
        if (question.delimiter().isEmpty() || !key.startsWith(question.prefix())) {
            return null;
        }
        int at = key.indexOf(question.delimiter(), question.prefix().length());
        return at < 0 ? null : key.substring(0, at + question.delimiter().length());
    }

    private record Row(
            byte[] key,
            VersionId version,
            boolean marker,
            boolean current,
            long size,
            String etag,
            Instant modifiedAt) {}

    private List<Row> rows(long bucketId, byte[] prefix, Cursor cursor, int limit) {
        byte @Nullable [] end = prefix.length == 0 ? null : Listing.successor(prefix);
        byte[] from = Arrays.compareUnsigned(cursor.key(), cursor.start()) > 0 ? cursor.key() : cursor.start();
        var parameters = new ArrayList<Object>();
        for (int table = 0; table < 2; table++) {
            parameters.add(bucketId);
            parameters.add(cursor.key());
            parameters.add(cursor.key());
            parameters.add(cursor.seq());
            parameters.add(from);
            if (end != null) {
                parameters.add(end);
            }
            parameters.add(limit);
        }
        parameters.add(limit);
        return jdbc.sql(QUERY.replace("%s", end == null ? "" : "AND key < ?"))
                .params(parameters)
                .query(VersionListing::read)
                .list();
    }

    private static Row read(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getBytes("key"),
                new VersionId(row.getLong("seq"), row.getObject("nonce", Long.class)),
                row.getBoolean("marker"),
                row.getBoolean("current"),
                row.getLong("size"),
                row.getString("etag"),
                row.getObject("modified_at", OffsetDateTime.class).toInstant());
    }
}
