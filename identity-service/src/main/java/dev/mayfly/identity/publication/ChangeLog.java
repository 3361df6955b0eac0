package dev.mayfly.identity.publication;

import java.util.List;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Notes which keys changed, in the transaction that changes them, until Kafka has been told. */
@Component
public class ChangeLog {
    private final JdbcClient database;
    private final ApplicationEventPublisher events;

    ChangeLog(JdbcClient database, ApplicationEventPublisher events) {
        this.database = database;
        this.events = events;
    }

    /** @param id of the note */
    record Change(long id, String accessKeyId) {}

    /** Something was noted. */
    record Noted() {}

    /** To be called in the transaction of the change. */
    public void note(String accessKeyId) {
        database.sql("INSERT INTO access_key_change (access_key_id) VALUES (?)")
                .param(accessKeyId)
                .update();
        events.publishEvent(new Noted());
    }

    void noteAll() {
        database.sql("INSERT INTO access_key_change (access_key_id) SELECT id FROM access_key")
                .update();
    }

    /** Keeps other instances from relaying until the transaction ends; false when one of them does already. */
    boolean tryLock() {
        return database.sql("SELECT pg_try_advisory_xact_lock(hashtext('identity.access_key_change'))")
                .query(Boolean.class)
                .single();
    }

    List<Change> oldest(int limit) {
        return database.sql("SELECT id, access_key_id FROM access_key_change ORDER BY id LIMIT ?")
                .param(limit)
                .query(Change.class)
                .list();
    }

    void forget(List<Change> changes) {
        database.sql("DELETE FROM access_key_change WHERE id IN (:ids)")
                .param("ids", changes.stream().map(Change::id).toList())
                .update();
    }
}
