package dev.mayfly.objects.quota;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The table of quotas. Those of bytes and objects are held by the database, in the transaction of each change. */
@Repository
public class Quotas {
    /** In the place of an account: all that have no quota of their own. */
    static final String ALL = "*";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    Quotas(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /** What an account stores at this moment. */
    record Use(long bytes, long objects) {}

    /** That a change was refused because of a quota, or null when it failed for another reason. */
    public static @Nullable S3Exception refusal(DataAccessException failure) {
        String state = failure.getMostSpecificCause() instanceof SQLException sql ? sql.getSQLState() : null;
        if ("MFQ01".equals(state)) {
            return exceeded("bytes");
        }
        return "MFQ02".equals(state) ? exceeded("objects") : null;
    }

    private static S3Exception exceeded(String what) {
        return new S3Exception(
                S3Error.QUOTA_EXCEEDED,
                "The quota of " + what + " of the bucket's account is used up.",
                Map.of("Quota", what));
    }

    Optional<Quota> find(String account) {
        return jdbc.sql("SELECT bytes, objects, requests FROM quota WHERE account_id = ?")
                .param(account)
                .query((row, number) -> new Quota(
                        row.getObject("bytes", Long.class),
                        row.getObject("objects", Long.class),
                        row.getObject("requests", Integer.class)))
                .optional();
    }

    /** Limits of requests by account, also of accounts whose own quota does not limit them. */
    Map<String, Optional<Integer>> requests() {
        var limits = new HashMap<String, Optional<Integer>>();
        jdbc.sql("SELECT account_id, requests FROM quota").query(row -> {
            limits.put(row.getString("account_id"), Optional.ofNullable(row.getObject("requests", Integer.class)));
        });
        return limits;
    }

    Use use(String account) {
        return jdbc.sql("SELECT bytes, objects FROM stored_now(?)")
                .param(account)
                .query((row, number) -> new Use(row.getLong("bytes"), row.getLong("objects")))
                .single();
    }

    /**
     * Sets an account's quota. What it stores may be more already: then it can delete.
     *
     * @param quota null for that of all accounts
     */
    void set(String account, @Nullable Quota quota) {
        transaction.executeWithoutResult(status -> {
            // Changes that know nothing of the quota end first, so that what is counted from here on is all.
            jdbc.sql("LOCK TABLE outbox IN SHARE MODE").update();
            if (quota == null) {
                jdbc.sql("DELETE FROM quota WHERE account_id = ?")
                        .param(account)
                        .update();
            } else {
                jdbc.sql("""
                                INSERT INTO quota VALUES (?, ?::bigint, ?::bigint, ?::integer)
                                ON CONFLICT (account_id) DO UPDATE SET bytes = excluded.bytes, objects = excluded.objects,
                                    requests = excluded.requests""")
                        .param(account)
                        .param(quota.bytes())
                        .param(quota.objects())
                        .param(quota.requestsPerSecond())
                        .update();
            }
            jdbc.sql("DELETE FROM quota_use WHERE ? IN (account_id, '*')")
                    .param(account)
                    .update();
        });
    }
}
