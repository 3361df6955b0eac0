package dev.mayfly.objects.bucket;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of buckets, and who may enter one. */
@Repository
public class Buckets {
    private static final String SELECT =
            "SELECT id, name, account_id, region, created_at, settings_revision, versioning, object_lock FROM bucket ";

    private final JdbcClient jdbc;

    Buckets(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The bucket that the request names, which the caller has been let into. */
    public Bucket open(S3Request request) {
        return open(request, request.bucket());
    }

    /**
     * As {@link #open(S3Request)}, for a bucket that a header names.
     *
     * @throws S3Exception AccessDenied when the caller has not been let in
     */
    public Bucket open(S3Request request, String name) {
        if (request.opened(name) instanceof Bucket bucket) {
            return bucket;
        }
        throw new S3Exception(S3Error.ACCESS_DENIED);
    }

    /** @throws S3Exception NoSuchBucket */
    public Bucket require(String name) {
        return find(name)
                .orElseThrow(() -> new S3Exception(
                        S3Error.NO_SUCH_BUCKET, S3Error.NO_SUCH_BUCKET.message(), Map.of("BucketName", name)));
    }

    /** The bucket of that name, whoever asks. */
    public Optional<Bucket> find(String name) {
        if (name.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        return jdbc.sql(SELECT + "WHERE name = ?")
                .param(name)
                .query(Buckets::read)
                .optional();
    }

    /** What the bucket is by now; empty when it is gone. */
    public Optional<Bucket> again(Bucket bucket) {
        return jdbc.sql(SELECT + "WHERE id = ?")
                .param(bucket.id())
                .query(Buckets::read)
                .optional();
    }

    /** For good. */
    public void enableObjectLock(Bucket bucket) {
        jdbc.sql("UPDATE bucket SET object_lock = true WHERE id = ?")
                .param(bucket.id())
                .update();
    }

    void setVersioning(Bucket bucket, Versioning versioning) {
        jdbc.sql("UPDATE bucket SET versioning = ? WHERE id = ?")
                .param(versioning.status())
                .param(bucket.id())
                .update();
    }

    /** Makes a bucket; false when the name is taken. */
    boolean create(String name, String accountId, String region, boolean objectLock) {
        return jdbc.sql("""
                                INSERT INTO bucket (name, account_id, region, object_lock, versioning)
                                SELECT name, account_id, region, lock, CASE WHEN lock THEN 'Enabled' END
                                FROM (VALUES (?, ?, ?, ?)) AS new (name, account_id, region, lock)
                                ON CONFLICT (name) DO NOTHING""").params(name, accountId, region, objectLock).update() == 1;
    }

    int count(String accountId) {
        return jdbc.sql("SELECT count(*) FROM bucket WHERE account_id = ?")
                .param(accountId)
                .query(Integer.class)
                .single();
    }

    List<Bucket> list(String accountId, String prefix, String after, int limit) {
        return jdbc.sql(SELECT + """
                        WHERE account_id = ? AND name > ? AND starts_with(name, ?) ORDER BY name LIMIT ?""")
                .params(accountId, after, prefix, limit)
                .query(Buckets::read)
                .list();
    }

    /** Versions and delete markers count. */
    boolean hasObjects(Bucket bucket) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT 1 FROM object WHERE bucket_id = ?)
                            OR EXISTS (SELECT 1 FROM version WHERE bucket_id = ?)""")
                .params(bucket.id(), bucket.id())
                .query(Boolean.class)
                .single();
    }

    /** Deletes an empty bucket; false when it is gone already. Fails on the foreign key when objects or uploads name it. */
    boolean delete(Bucket bucket) {
        return jdbc.sql("DELETE FROM bucket WHERE id = ?").param(bucket.id()).update() == 1;
    }

    private static Bucket read(ResultSet row, int number) throws SQLException {
        return new Bucket(
                row.getLong("id"),
                row.getString("name"),
                row.getString("account_id"),
                row.getString("region"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getLong("settings_revision"),
                Versioning.of(row.getString("versioning")),
                row.getBoolean("object_lock"));
    }
}
