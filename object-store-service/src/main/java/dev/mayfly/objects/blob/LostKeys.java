package dev.mayfly.objects.blob;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Finds what lies encrypted in rows, with a key that nobody has any more. */
@Repository
class LostKeys {
    private static final int FETCHED_AT_ONCE = 500;

    private final JdbcClient jdbc;
    private final TransactionTemplate reading;
    private final DataKeys keys;

    LostKeys(JdbcClient jdbc, PlatformTransactionManager transactions, DataKeys keys) {
        this.jdbc = jdbc;
        this.reading = new TransactionTemplate(transactions);
        reading.setReadOnly(true);
        this.keys = keys;
    }

    static String detail(String account) {
        return "no master key that is configured opens the key of the account " + account;
    }

    /** Looks at rows only where an account's key is lost. */
    void differences(Consumer<Difference> found) {
        for (String account : keys.lostAccounts()) {
            reading.executeWithoutResult(status -> differences(account, found));
        }
    }

    private void differences(String account, Consumer<Difference> found) {
        byte[] name = account.getBytes(StandardCharsets.UTF_8);
        try (var objects = jdbc
                .sql("""
                            SELECT b.name, o.key FROM bucket b JOIN (
                                SELECT bucket_id, key, inline_bytes, attributes FROM object
                                UNION ALL SELECT bucket_id, key, inline_bytes, attributes FROM version WHERE NOT marker
                            ) o ON o.bucket_id = b.id
                            WHERE octet_length(o.inline_bytes) > 2 AND o.attributes LIKE '%"encryption":{%'
                                AND get_byte(o.inline_bytes, 0) = ? AND substring(o.inline_bytes FROM 3 FOR ?) = ?""")
                .withFetchSize(FETCHED_AT_ONCE)
                .params(name.length, name.length, name)
                .query((row, number) ->
                        row.getString("name") + "/" + new String(row.getBytes("key"), StandardCharsets.UTF_8))
                .stream()) {
            objects.forEach(object ->
                    found.accept(new Difference(Difference.Kind.KEY, null, detail(account), List.of(object), false)));
        }
    }
}
