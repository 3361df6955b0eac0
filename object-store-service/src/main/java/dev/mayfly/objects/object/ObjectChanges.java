package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Changes what a version is stored with, but not its bytes. */
@Repository
public class ObjectChanges {
    private static final String UPDATE = "UPDATE %s SET attributes = ? WHERE bucket_id = ? AND key = ? AND seq = ?";

    private final JdbcClient jdbc;
    private final ObjectIndex index;
    private final Versions versions;
    private final Transactions transactions;

    ObjectChanges(JdbcClient jdbc, ObjectIndex index, Versions versions, Transactions transactions) {
        this.jdbc = jdbc;
        this.index = index;
        this.versions = versions;
        this.transactions = transactions;
    }

    /**
     * Edits the attributes of one version; all other changes of the key wait.
     *
     * @param version null for the current one
     * @param edit may throw, and nothing is changed then
     * @return the version as it was
     * @throws S3Exception as {@link ObjectIndex#require}
     */
    public StoredObject edit(
            Change change, String key, @Nullable VersionId version, UnaryOperator<ObjectAttributes> edit) {
        return transactions.run(() -> {
            Bucket bucket = change.bucket();
            if (bucket.isVersioned()) {
                versions.lock(bucket, key);
            } else {
                jdbc.sql("SELECT FROM object WHERE bucket_id = ? AND key = ? FOR UPDATE")
                        .params(bucket.id(), ObjectIndex.bytes(key))
                        .query(row -> {});
            }
            StoredObject object = index.require(bucket, key, version, false);
            String attributes = edit.apply(object.attributes()).json();
            if (update("object", attributes, bucket, object) + update("version", attributes, bucket, object) == 0) {
                throw new S3Exception(S3Error.NO_SUCH_KEY);
            }
            versions.tell(change, key, 0, 0, object.etag(), bucket.isVersioned() ? object.version() : null);
            return object;
        });
    }

    private int update(String table, String attributes, Bucket bucket, StoredObject object) {
        return jdbc.sql(UPDATE.formatted(table))
                .params(
                        attributes,
                        bucket.id(),
                        ObjectIndex.bytes(object.key()),
                        object.version().seq())
                .update();
    }
}
