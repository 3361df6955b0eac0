package dev.mayfly.objects.lifecycle;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.object.ObjectAttributes;
import dev.mayfly.objects.object.VersionId;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads keys with all of their versions, a few keys at a time. */
@Repository
class VersionScan {
    private static final String KEYS = """
            SELECT max(key) FROM (
                SELECT key FROM (
                    (SELECT key FROM object WHERE bucket_id = ? AND key > ? ORDER BY key LIMIT ?)
                    UNION (SELECT DISTINCT key FROM version WHERE bucket_id = ? AND key > ? ORDER BY key LIMIT ?)
                ) AS either ORDER BY key LIMIT ?) AS page""";
    private static final String ROWS = """
            SELECT key, seq, nonce, false AS marker, true AS current, size, etag, modified_at, attributes,
                NULL::timestamptz AS noncurrent_at
            FROM object WHERE bucket_id = ? AND key > ? AND key <= ?
            UNION ALL
            SELECT key, seq, nonce, marker, false, size, etag, modified_at, attributes, noncurrent_at
            FROM version WHERE bucket_id = ? AND key > ? AND key <= ?
            ORDER BY key, current DESC, seq DESC""";

    private final JdbcClient jdbc;

    VersionScan(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A version or a delete marker.
     *
     * @param current whether it is an object's current version
     * @param noncurrentAt null for markers and for what is current
     */
    record Version(
            VersionId id,
            boolean marker,
            boolean current,
            long size,
            String etag,
            Instant modifiedAt,
            Map<String, String> tags,
            @Nullable Instant noncurrentAt) {}

    /**
     * Keys in order, each with its versions, newest first.
     *
     * @param last the last of the keys; null when there are no more
     */
    record Page(Map<String, List<Version>> keys, byte @Nullable [] last) {}

    Page read(Bucket bucket, byte[] after, int limit) {
        byte[] last = jdbc.sql(KEYS)
                .params(bucket.id(), after, limit, bucket.id(), after, limit, limit)
                .query((row, number) -> row.getBytes(1))
                .list()
                .getFirst();
        var keys = new LinkedHashMap<String, List<Version>>();
        if (last != null) {
            jdbc.sql(ROWS)
                    .params(bucket.id(), after, last, bucket.id(), after, last)
                    .query((ResultSet row) -> {
                        String key = new String(row.getBytes("key"), StandardCharsets.UTF_8);
                        keys.computeIfAbsent(key, name -> new ArrayList<>()).add(read(row));
                    });
        }
        return new Page(keys, last);
    }

    private static Version read(ResultSet row) throws SQLException {
        OffsetDateTime noncurrent = row.getObject("noncurrent_at", OffsetDateTime.class);
        boolean marker = row.getBoolean("marker");
        return new Version(
                new VersionId(row.getLong("seq"), row.getObject("nonce", Long.class)),
                marker,
                row.getBoolean("current"),
                row.getLong("size"),
                row.getString("etag"),
                row.getObject("modified_at", OffsetDateTime.class).toInstant(),
                marker
                        ? Map.of()
                        : ObjectAttributes.read(row.getString("attributes")).tags(),
                noncurrent == null ? null : noncurrent.toInstant());
    }
}
