package dev.mayfly.registry.publication;

import dev.mayfly.contracts.events.Topics;
import java.sql.Types;
import java.util.Arrays;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What was committed with the changes it tells of, and is to reach Kafka in this order. */
@Component
public class Outbox {
    private static final List<String> KNOWN =
            Arrays.stream(Topics.values()).map(Enum::name).toList();

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

    /**
     * The oldest that Kafka has not refused; as many as {@code bytes} of payload allow, and one in any case. Topics that only a
     * newer release knows are left to it.
     */
    List<Line> oldest(int count, long bytes) {
        return database.sql("""
                        with first as (
                            select * from outbox where refusal is null and topic in (:topics) order by id limit :count),
                        summed as (
                            select *, sum(coalesce(octet_length(payload), 0)) over (order by id)
                                          - coalesce(octet_length(payload), 0) as before
                            from first)
                        select id, topic, topic_key, type, subject, payload from summed where before < :bytes order by id""")
                .param("topics", KNOWN)
                .param("count", count)
                .param("bytes", bytes)
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

    /** Forgets what Kafka has, and what it refused of the same keys before. */
    void told(List<Long> ids) {
        database.sql("""
                        delete from outbox line where id in (:ids) or refusal is not null and exists (
                            select from outbox told where told.id in (:ids) and told.id > line.id
                                and told.topic = line.topic and told.topic_key = line.topic_key)""").param("ids", ids).update();
    }

    /** Keeps a line that Kafka does not take out of the others' way, in place of what it refused of the same key before. */
    void refused(Line line, String refusal) {
        forgetRefused(line.announcement());
        database.sql("update outbox set refusal = :refusal where id = :id")
                .param("refusal", refusal)
                .param("id", line.id())
                .update();
    }

    /** How many lines Kafka has refused. */
    long countRefused() {
        return database.sql("select count(*) from outbox where refusal is not null")
                .query(Long.class)
                .single();
    }

    /** Kafka has what is true of the announcement's key now. */
    void forgetRefused(Announcement announcement) {
        database.sql("delete from outbox where refusal is not null and topic = :topic and topic_key = :key")
                .param("topic", announcement.topic().name())
                .param("key", announcement.key())
                .update();
    }

    /** One registry at a time relays, until its transaction ends: waits for its turn. */
    void lock() {
        database.sql("select 1 from pg_advisory_xact_lock(hashtextextended('outbox', 1))")
                .query(Integer.class)
                .single();
    }
}
