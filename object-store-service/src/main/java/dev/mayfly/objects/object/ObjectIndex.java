package dev.mayfly.objects.object;

import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.blob.NewBlob;
import dev.mayfly.objects.blob.Segment;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;

/**
 * The table of objects. Each change is one statement that also releases the blobs of what it replaces and writes the
 * outbox row, so it is whole or not at all, and costs one round trip.
 */
@Repository
public class ObjectIndex {
    private static final String COLUMNS = "key, size, etag, modified_at, attributes, part_sizes, upload_id";
    private static final String CONTENT_COLUMNS = ", inline_bytes, blob_ids, blob_offsets, blob_lengths";

    private static final String INSERT = """
            INSERT INTO object (bucket_id, key, size, etag, modified_at, attributes, inline_bytes,
                blob_ids, blob_offsets, blob_lengths, part_sizes, upload_id)
            SELECT v.* FROM (VALUES (?::bigint, ?::bytea, ?::bigint, ?::text, ?::timestamptz, ?::text, ?::bytea,
                ?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[], ?::uuid)) AS v
            """;
    private static final String SET = """
            SET size = excluded.size, etag = excluded.etag, modified_at = excluded.modified_at,
                attributes = excluded.attributes, inline_bytes = excluded.inline_bytes, blob_ids = excluded.blob_ids,
                blob_offsets = excluded.blob_offsets, blob_lengths = excluded.blob_lengths,
                part_sizes = excluded.part_sizes, upload_id = excluded.upload_id
            """;
    private static final String RETURNING = " RETURNING old.size AS old_size, old.blob_ids AS old_blobs";
    private static final String ALWAYS = INSERT + "ON CONFLICT (bucket_id, key) DO UPDATE " + SET + RETURNING;
    private static final String IF_ABSENT = INSERT + "ON CONFLICT (bucket_id, key) DO NOTHING" + RETURNING;
    private static final String IF_MATCH = """
            UPDATE object AS o
            """ + SET + """
            FROM (VALUES (?::bigint, ?::bytea, ?::bigint, ?::text, ?::timestamptz, ?::text, ?::bytea,
                ?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[], ?::uuid))
                AS excluded (bucket_id, key, size, etag, modified_at, attributes, inline_bytes,
                    blob_ids, blob_offsets, blob_lengths, part_sizes, upload_id)
            WHERE o.bucket_id = excluded.bucket_id AND o.key = excluded.key AND o.etag = ?
            """ + RETURNING;
    private static final String AND_TELL = """
            ), fresh AS (
                INSERT INTO blob (id, size, checksums)
                SELECT f.id, f.size, f.checksums FROM put, unnest(?::uuid[], ?::bigint[], ?::bytea[]) AS f (id, size, checksums)
            ), released AS (
                INSERT INTO blob_release (blob_id) SELECT unnest(old_blobs) FROM put
            ), told AS (
                INSERT INTO outbox (at, account_id, bucket, bytes, objects, event, request_id, origin, key, size, etag)
                SELECT ?::timestamptz, ?, ?, ?::bigint - coalesce(put.old_size, 0) - ?::bigint,
                    CASE WHEN put.old_size IS NULL THEN 1 ELSE 0 END, ?, ?, ?, ?::bytea, ?::bigint, ?
                FROM put WHERE ?
            )
            SELECT count(*) FROM put""";
    private static final String DELETE = """
            WITH locked AS MATERIALIZED (
                SELECT key FROM object WHERE bucket_id = ? AND key = ANY (?) %s ORDER BY key FOR UPDATE
            ), gone AS (
                DELETE FROM object o USING locked
                WHERE o.bucket_id = ? AND o.key = locked.key
                RETURNING o.key, o.size, o.etag, o.blob_ids
            ), released AS (
                INSERT INTO blob_release (blob_id) SELECT unnest(blob_ids) FROM gone
            ), told AS (
                INSERT INTO outbox (at, account_id, bucket, bytes, objects, event, request_id, origin, key, size, etag)
                SELECT now(), ?, ?, -size, -1, ?, ?, ?, key, size, etag FROM gone WHERE ?
            )
            SELECT count(*) FROM gone""";
    private static final String DELETE_ANY = DELETE.formatted("");
    private static final String DELETE_MATCHING = DELETE.formatted("AND etag = ?");

    private final JdbcClient jdbc;

    ObjectIndex(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The object without its content. */
    public Optional<StoredObject> find(Bucket bucket, String key) {
        return query(bucket, key, "");
    }

    public Optional<StoredObject> findWithContent(Bucket bucket, String key) {
        return query(bucket, key, CONTENT_COLUMNS);
    }

    /** @throws S3Exception NoSuchKey */
    public StoredObject require(Bucket bucket, String key, boolean withContent) {
        return (withContent ? findWithContent(bucket, key) : find(bucket, key))
                .orElseThrow(
                        () -> new S3Exception(S3Error.NO_SUCH_KEY, S3Error.NO_SUCH_KEY.message(), Map.of("Key", key)));
    }

    private Optional<StoredObject> query(Bucket bucket, String key, String content) {
        return jdbc.sql("SELECT " + COLUMNS + content + " FROM object WHERE bucket_id = ? AND key = ?")
                .params(bucket.id(), bytes(key))
                .query((row, number) -> read(row, !content.isEmpty()))
                .optional();
    }

    /**
     * Writes an object in the place of any that is there.
     *
     * @param fresh blobs that no row names yet
     * @param alreadyBilled bytes of it that are counted as stored, as parts of an upload
     * @throws S3Exception when the condition does not hold, or the bucket is gone; nothing has changed then
     */
    public void put(
            Change change, StoredObject object, List<NewBlob> fresh, long alreadyBilled, WriteCondition condition) {
        String write = switch (condition) {
            case WriteCondition.Always always -> ALWAYS;
            case WriteCondition.IfAbsent absent -> IF_ABSENT;
            case WriteCondition.IfMatch match -> IF_MATCH;
        };
        long written;
        try {
            written = jdbc.sql("WITH put AS (" + write + AND_TELL)
                    .params(parameters(change, object, fresh, alreadyBilled, condition))
                    .query(Long.class)
                    .single();
        } catch (DataIntegrityViolationException e) {
            throw new S3Exception(S3Error.NO_SUCH_BUCKET);
        }
        if (written == 0) {
            boolean missing = condition instanceof WriteCondition.IfMatch
                    && find(change.bucket(), object.key()).isEmpty();
            throw missing
                    ? new S3Exception(S3Error.NO_SUCH_KEY)
                    : ReadConditions.failed(condition instanceof WriteCondition.IfMatch ? "If-Match" : "If-None-Match");
        }
    }

    private static List<@Nullable Object> parameters(
            Change change, StoredObject object, List<NewBlob> fresh, long alreadyBilled, WriteCondition condition) {
        byte[] key = bytes(object.key());
        Content content = object.content();
        boolean inline = content.inline() != null;
        OffsetDateTime at = object.modifiedAt().atOffset(ZoneOffset.UTC);
        var parameters = new ArrayList<@Nullable Object>(32);
        parameters.add(change.bucket().id());
        parameters.add(key);
        parameters.add(object.size());
        parameters.add(object.etag());
        parameters.add(at);
        parameters.add(object.attributes().json());
        parameters.add(content.inline());
        parameters.add(inline ? null : SegmentColumns.ids(content.segments()));
        parameters.add(inline ? null : SegmentColumns.offsets(content.segments()));
        parameters.add(inline ? null : SegmentColumns.lengths(content.segments()));
        parameters.add(object.partSizes().isEmpty() ? null : SegmentColumns.numbers(object.partSizes()));
        parameters.add(object.uploadId());
        if (condition instanceof WriteCondition.IfMatch match) {
            parameters.add(match.etag());
        }
        parameters.addAll(SegmentColumns.blobs(fresh));
        parameters.add(at);
        parameters.add(change.bucket().accountId());
        parameters.add(change.bucket().name());
        parameters.add(object.size());
        parameters.add(alreadyBilled);
        parameters.add(change.event());
        parameters.add(change.requestId());
        parameters.add(change.origin().json());
        parameters.add(key);
        parameters.add(object.size());
        parameters.add(object.etag());
        parameters.add(change.isTold());
        return parameters;
    }

    /**
     * Deletes the objects that are there.
     *
     * @param etag only such as have this tag, or null
     * @return how many there were
     */
    public long delete(Change change, List<String> keys, @Nullable String etag) {
        var names = new SqlArrayValue(
                "bytea", (Object[]) keys.stream().map(ObjectIndex::bytes).toArray(byte[][]::new));
        var parameters = new ArrayList<@Nullable Object>();
        parameters.add(change.bucket().id());
        parameters.add(names);
        if (etag != null) {
            parameters.add(etag);
        }
        parameters.add(change.bucket().id());
        parameters.add(change.bucket().accountId());
        parameters.add(change.bucket().name());
        parameters.add(change.event());
        parameters.add(change.requestId());
        parameters.add(change.origin().json());
        parameters.add(change.isTold());
        return jdbc.sql(etag == null ? DELETE_ANY : DELETE_MATCHING)
                .params(parameters)
                .query(Long.class)
                .single();
    }

    /**
     * Counts one more name for each blob of {@code segments}, for content that is about to be shared. Call it within the
     * transaction that writes the new name.
     *
     * @return false when one of the blobs is gone: the object they were read from has been replaced
     */
    public boolean share(List<Segment> segments) {
        if (segments.isEmpty()) {
            return true;
        }
        return jdbc.sql("""
                        WITH wanted AS (SELECT id, count(*) AS n FROM unnest(?::uuid[]) AS id GROUP BY id),
                        locked AS MATERIALIZED (
                            SELECT b.id FROM blob b JOIN wanted USING (id) WHERE b.refs > 0 ORDER BY b.id FOR UPDATE OF b
                        ), shared AS (
                            UPDATE blob b SET refs = refs + wanted.n FROM wanted, locked
                            WHERE b.id = wanted.id AND b.id = locked.id RETURNING b.id
                        )
                        SELECT (SELECT count(*) FROM shared) = (SELECT count(*) FROM wanted)""")
                .param(SegmentColumns.ids(segments))
                .query(Boolean.class)
                .single();
    }

    public static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    private static StoredObject read(ResultSet row, boolean withContent) throws SQLException {
        Content content = Content.EMPTY;
        if (withContent) {
            byte[] inline = row.getBytes("inline_bytes");
            content = inline == null ? Content.of(SegmentColumns.read(row)) : Content.of(inline);
        }
        return new StoredObject(
                new String(row.getBytes("key"), StandardCharsets.UTF_8),
                row.getLong("size"),
                row.getString("etag"),
                row.getObject("modified_at", OffsetDateTime.class).toInstant(),
                ObjectAttributes.read(row.getString("attributes")),
                content,
                SegmentColumns.numbers(row.getArray("part_sizes")),
                row.getObject("upload_id", UUID.class));
    }
}
