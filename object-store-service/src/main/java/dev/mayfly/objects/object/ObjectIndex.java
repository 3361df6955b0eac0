package dev.mayfly.objects.object;

import dev.mayfly.objects.blob.NewBlob;
import dev.mayfly.objects.blob.Segment;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.Deletion.Outcome;
import dev.mayfly.objects.quota.Quotas;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
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
    private static final String INSERT = "INSERT INTO object AS o (" + ObjectColumns.WRITTEN + ") SELECT v.* FROM "
            + ObjectColumns.VALUES + " AS v (bucket_id) WHERE EXISTS (SELECT FROM bucket b"
            + " WHERE b.id = v.bucket_id AND b.versioning IS NULL) ";
    private static final String RETURNING = " RETURNING old.size AS old_size, old.blob_ids AS old_blobs";
    private static final String ALWAYS =
            INSERT + "ON CONFLICT (bucket_id, key) DO UPDATE" + ObjectColumns.SET + "WHERE o.seq = 0" + RETURNING;
    private static final String IF_ABSENT = INSERT + "ON CONFLICT (bucket_id, key) DO NOTHING" + RETURNING;
    private static final String IF_MATCH = "UPDATE object AS o" + ObjectColumns.SET + "FROM " + ObjectColumns.VALUES
            + " AS excluded (" + ObjectColumns.WRITTEN + ") WHERE o.bucket_id = excluded.bucket_id"
            + " AND o.key = excluded.key AND o.etag = coalesce(?, o.etag) AND o.seq = 0 AND EXISTS (SELECT FROM bucket b"
            + " WHERE b.id = excluded.bucket_id AND b.versioning IS NULL)" + RETURNING;

    /** To be put after the part {@code put}, which has what was replaced; parameters as {@link #tell} has them. */
    static final String AND_TELL = """
            ), fresh AS (
                INSERT INTO blob (id, size, checksums, sealed_key, sealed_by)
                SELECT f.id, f.size, f.checksums, f.sealed_key, f.sealed_by FROM put, unnest(?::uuid[], ?::bigint[], ?::bytea[], ?::text[], ?::text[])
                    AS f (id, size, checksums, sealed_key, sealed_by)
            ), released AS (
                INSERT INTO blob_release (blob_id) SELECT unnest(old_blobs) FROM put
            ), told AS (
                INSERT INTO outbox (at, account_id, bucket, bytes, objects, event, request_id, origin, key, size, etag,
                    version_id)
                SELECT ?::timestamptz, ?, ?, ?::bigint - coalesce(put.old_size, 0) - ?::bigint,
                    CASE WHEN put.old_size IS NULL THEN 1 ELSE 0 END, ?, ?, ?, ?::bytea, ?::bigint, ?, ?::text
                FROM put WHERE ?
            )
            SELECT count(*) FROM put""";

    private static final String DELETE = """
            WITH locked AS MATERIALIZED (
                SELECT key FROM object WHERE bucket_id = ? AND key = ANY (?) AND seq = 0 ORDER BY key FOR UPDATE
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
            SELECT key FROM gone""";

    private final JdbcClient jdbc;
    private final Versions versions;
    private final Buckets buckets;
    private final Transactions transactions;

    ObjectIndex(JdbcClient jdbc, Versions versions, Buckets buckets, Transactions transactions) {
        this.jdbc = jdbc;
        this.versions = versions;
        this.buckets = buckets;
        this.transactions = transactions;
    }

    /** The current version, without its content. */
    public Optional<StoredObject> find(Bucket bucket, String key) {
        return find(bucket, key, false);
    }

    public Optional<StoredObject> find(Bucket bucket, String key, boolean withContent) {
        return jdbc.sql("SELECT " + ObjectColumns.SHORT + (withContent ? ObjectColumns.CONTENT : "")
                        + " FROM object WHERE bucket_id = ? AND key = ?")
                .params(bucket.id(), bytes(key))
                .query((row, number) -> ObjectColumns.read(row, withContent))
                .optional();
    }

    /**
     * The current version.
     *
     * @throws S3Exception NoSuchKey
     */
    public StoredObject require(Bucket bucket, String key, boolean withContent) {
        return require(bucket, key, null, withContent);
    }

    /**
     * One version of a key.
     *
     * @param version null for the current one
     * @throws S3Exception NoSuchKey, NoSuchVersion, or MethodNotAllowed when it is a delete marker
     */
    public StoredObject require(Bucket bucket, String key, @Nullable VersionId version, boolean withContent) {
        return version == null
                ? find(bucket, key, withContent).orElseThrow(() -> versions.absent(bucket, key))
                : versions.require(bucket, key, version, withContent);
    }

    /**
     * Writes an object as the current version of its key: in the place of any that is there, or on top of it in a bucket that
     * keeps versions.
     *
     * @param fresh blobs that no row names yet
     * @param alreadyBilled bytes of it that are counted as stored, as parts of an upload
     * @return the id of the new version; empty in a bucket without versions
     * @throws S3Exception when the condition does not hold, or the bucket is gone; nothing has changed then
     */
    public Optional<VersionId> put(
            Change change, StoredObject object, List<NewBlob> fresh, long alreadyBilled, WriteCondition condition) {
        if (change.bucket().isVersioned()) {
            return Optional.of(versions.put(change, object, fresh, alreadyBilled, condition));
        }
        String write = switch (condition) {
            case WriteCondition.Always always -> ALWAYS;
            case WriteCondition.IfAbsent absent -> IF_ABSENT;
            case WriteCondition.IfMatch match -> IF_MATCH;
        };
        List<@Nullable Object> parameters = ObjectColumns.values(change.bucket(), object);
        if (condition instanceof WriteCondition.IfMatch match) {
            parameters.add(match.etag().equals("*") ? null : match.etag());
        }
        parameters.addAll(tell(change, object, fresh, alreadyBilled, null));
        long written;
        try {
            written = jdbc.sql("WITH put AS (" + write + AND_TELL)
                    .params(parameters)
                    .query(Long.class)
                    .single();
        } catch (DataIntegrityViolationException e) {
            throw new S3Exception(S3Error.NO_SUCH_BUCKET);
        } catch (DataAccessException e) {
            S3Exception refusal = Quotas.refusal(e);
            throw refusal == null ? e : refusal;
        }
        if (written > 0) {
            return Optional.empty();
        }
        Bucket now = buckets.again(change.bucket()).orElseThrow(() -> new S3Exception(S3Error.NO_SUCH_BUCKET));
        if (now.isVersioned()) {
            return Optional.of(versions.put(change.in(now), object, fresh, alreadyBilled, condition));
        }
        boolean match = condition instanceof WriteCondition.IfMatch;
        throw match && find(now, object.key()).isEmpty()
                ? new S3Exception(S3Error.NO_SUCH_KEY)
                : ReadConditions.failed(match ? "If-Match" : "If-None-Match");
    }

    /** The parameters of {@link #AND_TELL}. */
    static List<@Nullable Object> tell(
            Change change, StoredObject object, List<NewBlob> fresh, long alreadyBilled, @Nullable VersionId version) {
        var parameters = new ArrayList<@Nullable Object>();
        parameters.addAll(SegmentColumns.blobs(fresh));
        parameters.add(object.modifiedAt().atOffset(ZoneOffset.UTC));
        parameters.add(change.bucket().accountId());
        parameters.add(change.bucket().name());
        parameters.add(object.size());
        parameters.add(alreadyBilled);
        parameters.add(change.event());
        parameters.add(change.requestId());
        parameters.add(change.origin().json());
        parameters.add(bytes(object.key()));
        parameters.add(object.size());
        parameters.add(object.etag());
        parameters.add(version == null ? null : version.text());
        parameters.add(change.isTold());
        return parameters;
    }

    /** Deletes one; see {@link #delete(Change, List)}. @throws S3Exception why it is still there */
    public Outcome delete(Change change, Deletion deletion) {
        Outcome outcome = delete(change, List.of(deletion)).getFirst();
        if (outcome instanceof Outcome.Refused refused) {
            throw refused.why();
        }
        return outcome;
    }

    /**
     * Deletes objects: one by one where the bucket keeps versions or one has conditions, else all in one statement.
     *
     * @return what became of each, in their order
     */
    public List<Outcome> delete(Change change, List<Deletion> deletions) {
        Bucket bucket = change.bucket();
        if (bucket.isVersioned()) {
            return versions.delete(change, deletions);
        }
        var plain = new LinkedHashSet<String>();
        var outcomes = new ArrayList<Outcome>(deletions.size());
        for (Deletion deletion : deletions) {
            if (deletion.isConditional()) {
                outcomes.add(transactions.run(() -> deleteIf(change, deletion)));
            } else {
                if (deletion.meansNull()) {
                    plain.add(deletion.key());
                }
                outcomes.add(new Outcome.Nothing());
            }
        }
        Set<String> gone = deletePlain(change, plain);
        for (int i = 0; i < outcomes.size(); i++) {
            Deletion deletion = deletions.get(i);
            if (deletion.meansNull() && !deletion.isConditional() && gone.contains(deletion.key())) {
                outcomes.set(i, new Outcome.Gone(false));
            }
        }
        if (gone.size() < plain.size()) {
            Optional<Bucket> now = buckets.again(bucket).filter(Bucket::isVersioned);
            if (now.isPresent()) {
                return versions.delete(change.in(now.get()), deletions);
            }
        }
        return outcomes;
    }

    private Outcome deleteIf(Change change, Deletion deletion) {
        Optional<StoredObject> found = jdbc.sql(
                        "SELECT " + ObjectColumns.SHORT + " FROM object WHERE bucket_id = ? AND key = ? FOR UPDATE")
                .params(change.bucket().id(), bytes(deletion.key()))
                .query((row, number) -> ObjectColumns.read(row, false))
                .optional();
        if (found.isEmpty()) {
            return deletion.absent();
        }
        S3Exception failed = deletion.failed(
                found.get().etag(), found.get().modifiedAt(), found.get().size());
        if (failed != null) {
            return new Outcome.Refused(failed);
        }
        deletePlain(change, Set.of(deletion.key()));
        return new Outcome.Gone(false);
    }

    /** Those that were there. */
    private Set<String> deletePlain(Change change, Set<String> keys) {
        if (keys.isEmpty()) {
            return Set.of();
        }
        return jdbc.sql(DELETE)
                .param(change.bucket().id())
                .param(names(keys))
                .param(change.bucket().id())
                .param(change.bucket().accountId())
                .param(change.bucket().name())
                .param(change.event())
                .param(change.requestId())
                .param(change.origin().json())
                .param(change.isTold())
                .query((row, number) -> new String(row.getBytes("key"), StandardCharsets.UTF_8))
                .set();
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

    static SqlArrayValue names(Collection<String> keys) {
        return new SqlArrayValue(
                "bytea", (Object[]) keys.stream().map(ObjectIndex::bytes).toArray(byte[][]::new));
    }

    public static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
