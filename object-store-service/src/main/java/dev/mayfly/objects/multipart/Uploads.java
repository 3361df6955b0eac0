package dev.mayfly.objects.multipart;

import dev.mayfly.objects.blob.NewBlob;
import dev.mayfly.objects.body.ChecksumAlgorithm;
import dev.mayfly.objects.body.ObjectChecksum;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.Change;
import dev.mayfly.objects.object.ObjectAttributes;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.SegmentColumns;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.quota.Quotas;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables of uploads and their parts. Parts hold their upload, and uploads their bucket, by foreign keys. */
@Repository
class Uploads {
    private static final String COLUMNS = "id, key, initiator, attributes, checksum, checksum_type, initiated_at";

    /** Waits for a completion: else the part that it chose could be replaced, and its blob released, meanwhile. */
    private static final String PUT_PART = """
            WITH held AS MATERIALIZED (
                SELECT id FROM upload WHERE id = ? FOR KEY SHARE
            ), put AS (
                INSERT INTO part (upload_id, number, size, etag, checksum, modified_at,
                    blob_ids, blob_offsets, blob_lengths)
                SELECT id, ?::integer, ?::bigint, ?::text, ?::text, ?::timestamptz, ?::uuid[], ?::bigint[], ?::bigint[]
                FROM held
                ON CONFLICT (upload_id, number) DO UPDATE
                SET size = excluded.size, etag = excluded.etag, checksum = excluded.checksum,
                    modified_at = excluded.modified_at, blob_ids = excluded.blob_ids,
                    blob_offsets = excluded.blob_offsets, blob_lengths = excluded.blob_lengths
                RETURNING old.size AS old_size, old.blob_ids AS old_blobs
            ), fresh AS (
                INSERT INTO blob (id, size, checksums, sealed_key, sealed_by) SELECT f.id, f.size, f.checksums, f.sealed_key, f.sealed_by FROM put, unnest(?::uuid[], ?::bigint[], ?::bytea[], ?::text[], ?::text[])
                    AS f (id, size, checksums, sealed_key, sealed_by)
            ), released AS (
                INSERT INTO blob_release (blob_id) SELECT unnest(old_blobs) FROM put
            ), told AS (
                INSERT INTO outbox (at, account_id, bucket, bytes, objects, request_id)
                SELECT ?, ?, ?, ?::bigint - coalesce(old_size, 0), 0, ? FROM put WHERE ?
            )
            SELECT count(*) FROM put""";

    private final JdbcClient jdbc;

    Uploads(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void create(Bucket bucket, Upload upload) {
        ChecksumAlgorithm checksum = upload.checksum();
        ObjectChecksum.Type type = upload.checksumType();
        try {
            jdbc.sql("""
                            INSERT INTO upload (id, bucket_id, key, initiator, attributes, checksum, checksum_type, initiated_at)
                            VALUES (?, ?, ?, ?, ?, ?::text, ?::text, ?)""")
                    .param(upload.id())
                    .param(bucket.id())
                    .param(ObjectIndex.bytes(upload.key()))
                    .param(upload.initiator())
                    .param(upload.attributes().json())
                    .param(checksum == null ? null : checksum.name())
                    .param(type == null ? null : type.name())
                    .param(upload.initiatedAt().atOffset(ZoneOffset.UTC))
                    .update();
        } catch (DataIntegrityViolationException e) {
            throw new S3Exception(S3Error.NO_SUCH_BUCKET);
        }
    }

    /**
     * The upload that the request names.
     *
     * @throws S3Exception NoSuchUpload
     */
    Upload require(Bucket bucket, S3Request request) {
        return find(bucket, request, "");
    }

    /** As {@link #require}, keeping parts and other completions out until the transaction ends. */
    Upload lock(Bucket bucket, S3Request request) {
        return find(bucket, request, " FOR UPDATE");
    }

    /** As {@link #lock(Bucket, S3Request)}; false when it has ended. */
    boolean lock(UUID upload) {
        return jdbc.sql("SELECT 1 FROM upload WHERE id = ? FOR UPDATE")
                .param(upload)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    private Upload find(Bucket bucket, S3Request request, String lock) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM upload WHERE id = ? AND bucket_id = ? AND key = ?" + lock)
                .params(id(request), bucket.id(), ObjectIndex.bytes(request.key()))
                .query(Uploads::readUpload)
                .optional()
                .orElseThrow(() -> unknown(request));
    }

    /** The id in {@code uploadId}, in S3's opaque form. */
    static UUID id(S3Request request) {
        try {
            String text = request.queryOrEmpty("uploadId");
            UUID id = UUID.fromString(text);
            if (id.toString().equals(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw unknown(request);
    }

    private static S3Exception unknown(S3Request request) {
        return new S3Exception(
                S3Error.NO_SUCH_UPLOAD,
                S3Error.NO_SUCH_UPLOAD.message(),
                Map.of("UploadId", request.queryOrEmpty("uploadId")));
    }

    /**
     * Writes a part in the place of any of its number.
     *
     * @param fresh blobs that no row names yet
     * @throws S3Exception NoSuchUpload when the upload ended meanwhile
     */
    void putPart(Change change, UUID upload, Part part, List<NewBlob> fresh) {
        OffsetDateTime at = part.modifiedAt().atOffset(ZoneOffset.UTC);
        long written;
        try {
            written = jdbc.sql(PUT_PART)
                    .param(upload)
                    .param(part.number())
                    .param(part.size())
                    .param(part.etag())
                    .param(part.checksum())
                    .param(at)
                    .param(SegmentColumns.ids(part.segments()))
                    .param(SegmentColumns.offsets(part.segments()))
                    .param(SegmentColumns.lengths(part.segments()))
                    .params(SegmentColumns.blobs(fresh))
                    .param(at)
                    .param(change.bucket().accountId())
                    .param(change.bucket().name())
                    .param(part.size())
                    .param(change.requestId())
                    .param(change.isTold())
                    .query(Long.class)
                    .single();
        } catch (DataIntegrityViolationException e) {
            throw new S3Exception(S3Error.NO_SUCH_UPLOAD);
        } catch (DataAccessException e) {
            S3Exception refusal = Quotas.refusal(e);
            throw refusal == null ? e : refusal;
        }
        if (written == 0) {
            throw new S3Exception(S3Error.NO_SUCH_UPLOAD);
        }
    }

    /** Parts in order, from the one after {@code marker}. */
    List<Part> parts(UUID upload, int marker, int limit) {
        return jdbc.sql("""
                        SELECT number, size, etag, checksum, modified_at, blob_ids, blob_offsets, blob_lengths
                        FROM part WHERE upload_id = ? AND number > ? ORDER BY number LIMIT ?""")
                .params(upload, marker, limit)
                .query(Uploads::readPart)
                .list();
    }

    /**
     * Forgets an upload and its parts; call it within a transaction.
     *
     * @param kept numbers of the parts whose blobs an object names from now on; those of all others are released
     */
    void end(Change change, UUID upload, List<Long> kept, long bytesGone) {
        jdbc.sql("""
                        WITH gone AS (DELETE FROM part WHERE upload_id = ? RETURNING number, blob_ids)
                        INSERT INTO blob_release (blob_id)
                        SELECT unnest(blob_ids) FROM gone WHERE number <> ALL (?::bigint[])""").params(upload, SegmentColumns.numbers(kept)).update();
        jdbc.sql("DELETE FROM upload WHERE id = ?").param(upload).update();
        if (bytesGone != 0 && change.isTold()) {
            jdbc.sql("""
                            INSERT INTO outbox (at, account_id, bucket, bytes, objects, request_id)
                            VALUES (now(), ?, ?, ?, 0, ?)""")
                    .params(change.bucket().accountId(), change.bucket().name(), -bytesGone, change.requestId())
                    .update();
        }
    }

    /** The bytes of all parts. */
    long bytes(UUID upload) {
        return jdbc.sql("SELECT coalesce(sum(size), 0)::bigint FROM part WHERE upload_id = ?")
                .param(upload)
                .query(Long.class)
                .single();
    }

    /** Uploads in the order of their keys, then of their beginning. */
    List<Upload> list(Bucket bucket, byte[] from, String keyMarker, String idMarker, int limit) {
        UUID after = idMarker.isEmpty() ? new UUID(0, 0) : UUID.fromString(idMarker);
        return jdbc.sql("SELECT " + COLUMNS + """
                         FROM upload u WHERE bucket_id = ? AND key >= ?
                        AND (key <> ? OR (initiated_at, id) > (SELECT initiated_at, id FROM upload WHERE id = ?))
                        ORDER BY key, initiated_at, id LIMIT ?""")
                .params(bucket.id(), from, ObjectIndex.bytes(keyMarker), after, limit)
                .query(Uploads::readUpload)
                .list();
    }

    private static Upload readUpload(ResultSet row, int number) throws SQLException {
        String type = row.getString("checksum_type");
        return new Upload(
                row.getObject("id", UUID.class),
                new String(row.getBytes("key"), StandardCharsets.UTF_8),
                row.getString("initiator"),
                ObjectAttributes.read(row.getString("attributes")),
                ChecksumAlgorithm.named(row.getString("checksum")),
                type == null ? null : ObjectChecksum.Type.valueOf(type),
                row.getObject("initiated_at", OffsetDateTime.class).toInstant());
    }

    private static Part readPart(ResultSet row, int number) throws SQLException {
        return new Part(
                row.getInt("number"),
                row.getLong("size"),
                row.getString("etag"),
                row.getString("checksum"),
                row.getObject("modified_at", OffsetDateTime.class).toInstant(),
                SegmentColumns.read(row));
    }
}
