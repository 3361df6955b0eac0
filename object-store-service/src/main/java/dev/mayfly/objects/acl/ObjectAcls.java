package dev.mayfly.objects.acl;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.ObjectAttributes;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.StoredObject;
import dev.mayfly.objects.object.Transactions;
import java.util.Arrays;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Writes the access control lists of objects, which are among their attributes. */
@Repository
class ObjectAcls {
    private final JdbcClient jdbc;
    private final Transactions transactions;

    ObjectAcls(JdbcClient jdbc, Transactions transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** @throws S3Exception NoSuchKey when it is gone meanwhile */
    void put(Bucket bucket, StoredObject object, Acl acl) {
        boolean done =
                transactions.run(() -> put("object", bucket, object, acl) || put("version", bucket, object, acl));
        if (!done) {
            throw new S3Exception(S3Error.NO_SUCH_KEY);
        }
    }

    private boolean put(String table, Bucket bucket, StoredObject object, Acl acl) {
        byte[] key = ObjectIndex.bytes(object.key());
        Long nonce = object.version().nonce();
        Optional<String> attributes = jdbc.sql("SELECT attributes FROM " + table
                        + " WHERE bucket_id = ? AND key = ? AND nonce IS NOT DISTINCT FROM ?::bigint FOR UPDATE")
                .params(Arrays.asList(bucket.id(), key, nonce))
                .query(String.class)
                .optional();
        return attributes.isPresent()
                && jdbc.sql("UPDATE " + table
                                        + " SET attributes = ?"
                                        + " WHERE bucket_id = ? AND key = ? AND nonce IS NOT DISTINCT FROM ?::bigint")
                                .params(Arrays.asList(
                                        ObjectAttributes.read(attributes.get())
                                                .withAcl(acl)
                                                .json(),
                                        bucket.id(),
                                        key,
                                        nonce))
                                .update()
                        == 1;
    }
}
