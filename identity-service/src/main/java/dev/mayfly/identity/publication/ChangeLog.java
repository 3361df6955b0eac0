package dev.mayfly.identity.publication;

import java.util.List;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Notes what changed, in the transaction that changes it, until Kafka has been told. */
@Component
public class ChangeLog {
    private final JdbcClient database;
    private final ApplicationEventPublisher events;

    ChangeLog(JdbcClient database, ApplicationEventPublisher events) {
        this.database = database;
        this.events = events;
    }

    /**
     * @param id of the note
     * @param subject the id of what changed
     */
    record Change(long id, String subject) {}

    /** Something was noted. */
    record Noted() {}

    /** To be called in the transaction of the change. */
    public void note(Feed feed, String subject) {
        database.sql("INSERT INTO " + feed.notes() + " (" + feed.column() + ") VALUES (?)")
                .param(subject)
                .update();
        events.publishEvent(new Noted());
    }

    void noteAll(Feed feed) {
        database.sql("INSERT INTO " + feed.notes() + " (" + feed.column() + ") SELECT id FROM " + feed.table())
                .update();
    }

    /** Keeps other instances from relaying until the transaction ends; false when one of them does already. */
    boolean tryLock() {
        return database.sql("SELECT pg_try_advisory_xact_lock(hashtext('identity.access_key_change'))")
                .query(Boolean.class)
                .single();
    }

    List<Change> oldest(Feed feed, int limit) {
        return database.sql("SELECT id, " + feed.column() + " AS subject FROM " + feed.notes() + " ORDER BY id LIMIT ?")
                .param(limit)
                .query(Change.class)
                .list();
    }

    void forget(Feed feed, List<Change> changes) {
        database.sql("DELETE FROM " + feed.notes() + " WHERE id IN (:ids)")
                .param("ids", changes.stream().map(Change::id).toList())
                .update();
    }
}
