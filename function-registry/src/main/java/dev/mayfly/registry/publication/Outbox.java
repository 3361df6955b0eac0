package dev.mayfly.registry.publication;

import dev.mayfly.contracts.events.Topics;
import java.sql.Types;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What was committed with the changes it tells of, and is to reach Kafka in this order. */
@Component
public class Outbox {
    private final JdbcClient database;

    Outbox(JdbcClient database) {
        this.database = database;
    }

    record Line(long id, Announcement announcement) {}

    /** Within the transaction of the change, which {@link Commits} runs when its answer is to wait for Kafka. */
    public void add(Announcement announcement) {
        long id = database.sql("""
                        insert into outbox (topic, topic_key, type, subject, payload)
                        values (:topic, :key, :type, :subject, :payload) returning id""")
                .param("topic", announcement.topic().name())
                .param("key", announcement.key())
                .param("type", announcement.type())
                .param("subject", announcement.subject())
                .param("payload", announcement.payload(), Types.BINARY)
                .query(Long.class)
                .single();
        Commits.added(id);
    }

    List<Line> oldest(int count) {
        return database.sql("""
                        select id, topic, topic_key, type, subject, payload from outbox order by id limit :count""")
                .param("count", count)
                .query((row, number) -> new Line(
                        row.getLong(1),
                        new Announcement(
                                Topics.valueOf(row.getString(2)),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5),
                                row.getBytes(6))))
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
