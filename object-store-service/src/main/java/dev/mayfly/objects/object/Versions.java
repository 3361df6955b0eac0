package dev.mayfly.objects.object;

import dev.mayfly.objects.blob.NewBlob;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Versioning;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.Deletion.Outcome;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.quota.Quotas;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Keys with versions. The table of objects has the current one, when that is not a delete marker, and the table of versions all
 * others. Whoever changes a key holds its lock until the transaction ends.
 */
@Repository
class Versions {
    /** Keys locked in one transaction: PostgreSQL keeps all locks in one table of fixed size. */
    private static final int KEYS_AT_ONCE = 50;

    private static final String OLD =
            "bucket_id key size etag modified_at attributes inline_bytes blob_ids blob_offsets"
                    + " blob_lengths part_sizes upload_id seq nonce";
    private static final String COLUMNS = OLD.replace(" ", ", ");
    private static final String PUT = "WITH written AS (INSERT INTO object (" + ObjectColumns.WRITTEN
            + ", seq, nonce) SELECT v.*, ?::bigint, ?::bigint FROM " + ObjectColumns.VALUES
            + " AS v ON CONFLICT (bucket_id, key) DO UPDATE" + ObjectColumns.SET
            + ", seq = excluded.seq, nonce = excluded.nonce RETURNING "
            + OLD.replaceAll("(\\w+)", "old.$1 AS $1").replace(" old", ", old")
            + """
            ), moved AS (
                INSERT INTO version (%1$s, noncurrent_at)
                SELECT %1$s, ?::timestamptz FROM written WHERE key IS NOT NULL AND (?::boolean OR nonce IS NOT NULL)
                RETURNING key
            ), put AS (
                SELECT CASE WHEN NOT EXISTS (SELECT FROM moved) THEN size END AS old_size,
                    CASE WHEN NOT EXISTS (SELECT FROM moved) THEN blob_ids END AS old_blobs
                FROM written
            """.formatted(COLUMNS)
            + ObjectIndex.AND_TELL;

    private final JdbcClient jdbc;
    private final Transactions transactions;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    Versions(JdbcClient jdbc, Transactions transactions, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * How a key stands.
     *
     * @param newest seq of its newest version or marker, 0 when there is none
     * @param current null when it has none, or a delete marker is the newest
     */
    private record Standing(long newest, @Nullable StoredObject current) {}

    /** A version, or a delete marker. */
    private record Found(StoredObject object, boolean marker, boolean current) {}

    /** Why the key has no current version. */
    S3Exception absent(Bucket bucket, String key) {
        var missing = new S3Exception(S3Error.NO_SUCH_KEY, S3Error.NO_SUCH_KEY.message(), Map.of("Key", key));
        if (!bucket.isVersioned()) {
            return missing;
        }
        return newest(bucket, key)
                .map(found -> missing.with(Map.of(
                        "x-amz-delete-marker",
                        "true",
                        VersionId.HEADER,
                        found.object().version().text())))
                .orElse(missing);
    }

    private Optional<Found> newest(Bucket bucket, String key) {
        return jdbc.sql("SELECT " + ObjectColumns.SHORT + """
                        , marker, false AS current FROM version
                        WHERE bucket_id = ? AND key = ? ORDER BY seq DESC LIMIT 1""")
                .params(bucket.id(), ObjectIndex.bytes(key))
                .query((row, number) -> new Found(ObjectColumns.read(row, false), row.getBoolean("marker"), false))
                .optional()
                .filter(Found::marker);
    }

    StoredObject require(Bucket bucket, String key, VersionId version, boolean withContent) {
        Found found = locate(bucket, key, version, withContent)
                .orElseThrow(() -> new S3Exception(
                        S3Error.NO_SUCH_VERSION,
                        S3Error.NO_SUCH_VERSION.message(),
                        Map.of("Key", key, "VersionId", version.text())));
        if (found.marker()) {
            throw new S3Exception(
                            S3Error.METHOD_NOT_ALLOWED,
                            S3Error.METHOD_NOT_ALLOWED.message(),
                            Map.of("ResourceType", "DeleteMarker"))
                    .with(Map.of(
                            "Allow",
                            "DELETE",
                            "x-amz-delete-marker",
                            "true",
                            VersionId.HEADER,
                            version.text(),
                            "Last-Modified",
                            S3Dates.http(found.object().modifiedAt())));
        }
        return found.object();
    }

    private Optional<Found> locate(Bucket bucket, String key, VersionId version, boolean withContent) {
        String columns = ObjectColumns.SHORT + (withContent ? ObjectColumns.CONTENT : "");
        String which = " WHERE bucket_id = ? AND key = ? AND "
                + (version.nonce() == null ? "nonce IS NULL" : "seq = ? AND nonce = ?");
        var parameters = new ArrayList<Object>();
        for (int table = 0; table < 2; table++) {
            parameters.add(bucket.id());
            parameters.add(ObjectIndex.bytes(key));
            if (version.nonce() != null) {
                parameters.add(version.seq());
                parameters.add(version.nonce());
            }
        }
        return jdbc
                .sql("SELECT " + columns + ", false AS marker, true AS current FROM object" + which
                        + " UNION ALL SELECT " + columns + ", marker, false FROM version" + which)
                .params(parameters)
                .query((row, number) -> new Found(
                        ObjectColumns.read(row, withContent && !row.getBoolean("marker")),
                        row.getBoolean("marker"),
                        row.getBoolean("current")))
                .list()
                .stream()
                .findFirst();
    }

    void lock(Bucket bucket, String key) {
        lock(bucket, List.of(key));
    }

    /** Keeps all others from changing the keys until the transaction ends. */
    private void lock(Bucket bucket, List<String> keys) {
        jdbc.sql("""
                        SELECT pg_advisory_xact_lock(lock) FROM (
                            SELECT DISTINCT hashtextextended(encode(key, 'base64'), ?) AS lock
                            FROM unnest(?::bytea[]) AS key ORDER BY lock) AS locks""").params(bucket.id(), ObjectIndex.names(keys)).query(row -> {});
    }

    private Standing look(Bucket bucket, String key) {
        byte[] name = ObjectIndex.bytes(key);
        StoredObject current = jdbc.sql(
                        "SELECT " + ObjectColumns.SHORT + " FROM object WHERE bucket_id = ? AND key = ?")
                .params(bucket.id(), name)
                .query((row, number) -> ObjectColumns.read(row, false))
                .optional()
                .orElse(null);
        long newest = jdbc.sql("SELECT coalesce(max(seq), 0) FROM version WHERE bucket_id = ? AND key = ?")
                .params(bucket.id(), name)
                .query(Long.class)
                .single();
        return new Standing(
                current == null ? newest : Math.max(newest, current.version().seq()), current);
    }

    private VersionId next(Bucket bucket, Standing standing) {
        long seq = Math.max(ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()), standing.newest() + 1);
        return new VersionId(seq, bucket.versioning() == Versioning.ENABLED ? random.nextLong() : null);
    }

    VersionId put(
            Change change, StoredObject object, List<NewBlob> fresh, long alreadyBilled, WriteCondition condition) {
        try {
            return transactions.run(() -> putLocked(change, object, fresh, alreadyBilled, condition));
        } catch (DataIntegrityViolationException e) {
            throw new S3Exception(S3Error.NO_SUCH_BUCKET);
        } catch (DataAccessException e) {
            S3Exception refusal = Quotas.refusal(e);
            throw refusal == null ? e : refusal;
        }
    }

    private VersionId putLocked(
            Change change, StoredObject object, List<NewBlob> fresh, long alreadyBilled, WriteCondition condition) {
        Bucket bucket = change.bucket();
        lock(bucket, object.key());
        Standing standing = look(bucket, object.key());
        condition.check(standing.current());
        VersionId version = next(bucket, standing);
        if (version.nonce() == null) {
            dropNull(change, object.key());
        }
        var parameters = new ArrayList<@Nullable Object>();
        parameters.add(version.seq());
        parameters.add(version.nonce());
        parameters.addAll(ObjectColumns.values(bucket, object));
        parameters.add(object.modifiedAt().atOffset(ZoneOffset.UTC));
        parameters.add(version.nonce() != null);
        parameters.addAll(ObjectIndex.tell(change, object, fresh, alreadyBilled, version));
        jdbc.sql(PUT).params(parameters).query(Long.class).single();
        return version;
    }

    List<Outcome> delete(Change change, List<Deletion> deletions) {
        var outcomes = new ArrayList<Outcome>(deletions.size());
        for (int from = 0; from < deletions.size(); from += KEYS_AT_ONCE) {
            List<Deletion> batch = deletions.subList(from, Math.min(deletions.size(), from + KEYS_AT_ONCE));
            outcomes.addAll(transactions.run(() -> {
                lock(change.bucket(), batch.stream().map(Deletion::key).toList());
                return batch.stream()
                        .map(one -> one.version() == null ? mark(change, one) : erase(change, one, one.version()))
                        .toList();
            }));
        }
        return outcomes;
    }

    private Outcome mark(Change change, Deletion deletion) {
        Bucket bucket = change.bucket();
        String key = deletion.key();
        Standing standing = look(bucket, key);
        StoredObject current = standing.current();
        if (deletion.isConditional()) {
            if (current == null) {
                return deletion.absent();
            }
            S3Exception failed = deletion.failed(current.etag(), current.modifiedAt(), current.size());
            if (failed != null) {
                return new Outcome.Refused(failed);
            }
        }
        VersionId marker = next(bucket, standing);
        OffsetDateTime now = clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
        if (marker.nonce() == null) {
            dropNull(change, key);
        }
        if (current != null && marker.nonce() == null && current.version().nonce() == null) {
            remove(change.untold(), "object", key, current.version(), current);
        } else if (current != null) {
            jdbc.sql(
                            "WITH old AS (DELETE FROM object WHERE bucket_id = ? AND key = ? RETURNING *) INSERT INTO version ("
                                    + COLUMNS + ", noncurrent_at) SELECT " + COLUMNS + ", ?::timestamptz FROM old")
                    .params(bucket.id(), ObjectIndex.bytes(key), now)
                    .update();
        }
        jdbc.sql(
                        "INSERT INTO version (bucket_id, key, seq, nonce, marker, modified_at) VALUES (?, ?, ?, ?::bigint, true, ?)")
                .param(bucket.id())
                .param(ObjectIndex.bytes(key))
                .param(marker.seq())
                .param(marker.nonce())
                .param(now)
                .update();
        tell(change.as("DeleteMarkerCreated"), key, 0, 0, null, marker);
        return new Outcome.Marked(marker);
    }

    private Outcome erase(Change change, Deletion deletion, VersionId version) {
        Bucket bucket = change.bucket();
        Found found = locate(bucket, deletion.key(), version, false).orElse(null);
        if (found == null) {
            return deletion.absent();
        }
        StoredObject object = found.object();
        S3Exception failed = deletion.failed(object.etag(), object.modifiedAt(), object.size());
        if (deletion.isConditional() && failed != null) {
            return new Outcome.Refused(failed);
        }
        if (!found.marker() && object.attributes().lockOrNone().forbidsDeletion(clock.instant(), deletion.bypass())) {
            return new Outcome.Refused(Deletion.locked());
        }
        remove(
                change,
                found.current() ? "object" : "version",
                deletion.key(),
                object.version(),
                found.marker() ? null : object);
        if (found.current() || found.marker()) {
            promote(bucket, deletion.key());
        }
        return new Outcome.Gone(found.marker());
    }

    /** Makes the newest version current again, unless it is a marker or the key has a current one. */
    private void promote(Bucket bucket, String key) {
        byte[] name = ObjectIndex.bytes(key);
        jdbc.sql("""
                        WITH newest AS (
                            SELECT seq, marker FROM version WHERE bucket_id = ? AND key = ? ORDER BY seq DESC LIMIT 1
                        ), up AS (
                            DELETE FROM version v USING newest
                            WHERE v.bucket_id = ? AND v.key = ? AND v.seq = newest.seq AND NOT newest.marker
                                AND NOT EXISTS (SELECT FROM object WHERE bucket_id = ? AND key = ?)
                            RETURNING v.*
                        )
                        INSERT INTO object (%1$s) SELECT %1$s FROM up""".formatted(COLUMNS))
                .params(bucket.id(), name, bucket.id(), name, bucket.id(), name)
                .update();
    }

    /** Takes away the null version, or null marker, that is not current, because another is about to take its place. */
    private void dropNull(Change change, String key) {
        locate(change.bucket(), key, VersionId.NULL, false)
                .filter(found -> !found.current())
                .ifPresent(found -> remove(
                        change.untold(),
                        "version",
                        key,
                        found.object().version(),
                        found.marker() ? null : found.object()));
    }

    /** @param object null for a marker, which is no object to the bill */
    private void remove(Change change, String table, String key, VersionId version, @Nullable StoredObject object) {
        jdbc.sql("WITH gone AS (DELETE FROM " + table + """
                         WHERE bucket_id = ? AND key = ? AND seq = ? RETURNING blob_ids)
                        INSERT INTO blob_release (blob_id) SELECT unnest(blob_ids) FROM gone""")
                .params(change.bucket().id(), ObjectIndex.bytes(key), version.seq())
                .update();
        tell(
                change,
                key,
                object == null ? 0 : -object.size(),
                object == null ? 0 : -1,
                object == null ? null : object.etag(),
                version);
    }

    void tell(Change change, String key, long bytes, int objects, @Nullable String etag, @Nullable VersionId version) {
        if (!change.isTold() || change.event().isEmpty() && bytes == 0 && objects == 0) {
            return;
        }
        jdbc.sql("""
                        INSERT INTO outbox (at, account_id, bucket, bytes, objects, event, request_id, origin, key,
                            size, etag, version_id)
                        VALUES (now(), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::text, ?::text)""")
                .param(change.bucket().accountId())
                .param(change.bucket().name())
                .param(bytes)
                .param(objects)
                .param(change.event().isEmpty() ? null : change.event())
                .param(change.requestId())
                .param(change.origin().json())
                .param(ObjectIndex.bytes(key))
                .param(Math.abs(bytes))
                .param(etag)
                .param(version == null ? null : version.text())
                .update();
    }
}
