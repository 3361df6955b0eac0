package dev.mayfly.registry.publication;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryProperties;
import java.sql.Types;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Changes that were committed with the functions they are about, and are to reach Kafka in this order. */
@Component
public class Outbox {
    private final JdbcClient database;
    private final String region;

    Outbox(JdbcClient database, RegistryProperties properties) {
        this.database = database;
        this.region = properties.region();
    }

    /** @param payload null for a deletion */
    record Change(long id, String topicKey, String arn, byte @Nullable [] payload) {}

    /** Within the transaction that changed {@code version}; returns the change's id. */
    public long changed(FunctionVersion version) {
        return add(version.key(), version.arn(region), Json.bytes(version));
    }

    /** Within the transaction that deleted {@code version}; returns the change's id. */
    public long deleted(FunctionVersion version) {
        return add(version.key(), version.arn(region), null);
    }

    private long add(String key, String arn, byte @Nullable [] payload) {
        return database.sql("insert into outbox (topic_key, arn, payload) values (:key, :arn, :payload) returning id")
                .param("key", key)
                .param("arn", arn)
                .param("payload", payload, Types.BINARY)
                .query(Long.class)
                .single();
    }

    List<Change> oldest(int count) {
        return database.sql("select id, topic_key, arn, payload from outbox order by id limit :count")
                .param("count", count)
                .query((row, number) -> new Change(row.getLong(1), row.getString(2), row.getString(3), row.getBytes(4)))
                .list();
    }

    void remove(List<Long> ids) {
        database.sql("delete from outbox where id in (:ids)").param("ids", ids).update();
    }

    /** One registry at a time relays, until its transaction ends: waits for its turn. */
    void lock() {
        database.sql("select 1 from pg_advisory_xact_lock(hashtextextended('outbox', 1))")
                .query(Integer.class)
                .single();
    }
}
