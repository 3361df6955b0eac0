package dev.mayfly.objects.keyvalue;

import dev.mayfly.objects.keyvalue.Message.Pair;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables. What changes them is to be called in a transaction. */
@Repository
class Entries {
    private final JdbcClient jdbc;
    private final KeyValueSettings settings;

    Entries(JdbcClient jdbc, KeyValueSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    Optional<byte[]> get(String account, String store, byte[] key) {
        return jdbc.sql("SELECT value FROM kv_entry WHERE account_id = ? AND store = ? AND key = ?")
                .params(account, store, key)
                .query((row, number) -> row.getBytes(1))
                .optional();
    }

    /** Keys after {@code cursor}, in the order of their bytes. */
    List<byte[]> keys(String account, String store, byte[] cursor, int limit) {
        return jdbc.sql("SELECT key FROM kv_entry WHERE account_id = ? AND store = ? AND key > ? ORDER BY key LIMIT ?")
                .params(account, store, cursor, limit)
                .query((row, number) -> row.getBytes(1))
                .list();
    }

    /** Makes the store when it is new, and has it alone until the transaction's end. */
    void lock(String account, String store) {
        int there = jdbc.sql("SELECT 1 FROM kv_store WHERE account_id = ? AND name = ? FOR UPDATE")
                .params(account, store)
                .query(Integer.class)
                .list()
                .size();
        if (there == 0) {
            int stores = jdbc.sql("SELECT count(*) FROM kv_store WHERE account_id = ?")
                    .param(account)
                    .query(Integer.class)
                    .single();
            if (stores >= settings.stores()) {
                throw Code.OVER_QUOTA.refused();
            }
            jdbc.sql("INSERT INTO kv_store (account_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING")
                    .params(account, store)
                    .update();
            lock(account, store);
        }
    }

    /** Writes one, in a store that is locked. */
    void put(String account, String store, Pair pair) {
        jdbc.sql("""
                        WITH put AS (
                            INSERT INTO kv_entry (account_id, store, key, value) VALUES (:account, :store, :key, :value)
                            ON CONFLICT (account_id, store, key) DO UPDATE SET value = excluded.value
                            RETURNING octet_length(new.value) - coalesce(octet_length(old.value), 0)
                                    + CASE WHEN old.key IS NULL THEN octet_length(new.key) ELSE 0 END AS more,
                                CASE WHEN old.key IS NULL THEN 1 ELSE 0 END AS keys)
                        UPDATE kv_store SET bytes = bytes + put.more, keys = kv_store.keys + put.keys FROM put
                        WHERE account_id = :account AND name = :store""")
                .param("account", account)
                .param("store", store)
                .param("key", pair.key())
                .param("value", pair.value())
                .update();
    }

    /** @throws Code.RefusedException when the account holds more than it may */
    void checkQuota(String account) {
        long held = jdbc.sql("SELECT coalesce(sum(bytes), 0) FROM kv_store WHERE account_id = ?")
                .param(account)
                .query(Long.class)
                .single();
        if (held > settings.quota().toBytes()) {
            throw Code.OVER_QUOTA.refused();
        }
    }

    /** Deletes one, in a store that is locked; nothing there: nothing done. */
    void delete(String account, String store, byte[] key) {
        jdbc.sql("""
                        WITH gone AS (
                            DELETE FROM kv_entry WHERE account_id = :account AND store = :store AND key = :key
                            RETURNING octet_length(key) + octet_length(value) AS less)
                        UPDATE kv_store SET bytes = bytes - gone.less, keys = keys - 1 FROM gone
                        WHERE account_id = :account AND name = :store""")
                .param("account", account)
                .param("store", store)
                .param("key", key)
                .update();
    }

    /** Tells the bill what stores hold more or less than it knows; forgets stores that are empty. */
    void tell() {
        jdbc.sql("""
                        WITH changed AS (
                            UPDATE kv_store SET told_bytes = bytes, told_keys = keys
                            WHERE told_bytes <> bytes OR told_keys <> keys
                            RETURNING new.account_id, new.name, new.bytes - old.told_bytes AS more_bytes,
                                new.keys - old.told_keys AS more_keys)
                        INSERT INTO outbox (at, account_id, bucket, bytes, objects, request_id)
                        SELECT now(), account_id, 'kv/' || name, more_bytes, more_keys, '' FROM changed""").update();
        jdbc.sql("DELETE FROM kv_store WHERE keys = 0 AND told_keys = 0 AND told_bytes = 0")
                .update();
    }
}
