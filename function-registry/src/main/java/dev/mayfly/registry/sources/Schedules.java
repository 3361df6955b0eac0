package dev.mayfly.registry.sources;

import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.function.Schedule;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The schedules of all accounts. */
@Component
class Schedules {
    private final JdbcClient database;

    Schedules(JdbcClient database) {
        this.database = database;
    }

    /** @throws org.springframework.dao.DuplicateKeyException when the account has one of that name */
    void add(KeptSchedule kept) {
        write("""
                insert into schedules (id, account_id, name, function_name, qualifier, revision, enabled, expression,
                    time_zone, since, input, description, created_at, last_modified)
                values (:id, :account, :name, :function, :qualifier, :revision, :enabled, :expression, :zone, :since, :input,
                    :description, :created, :modified)""", kept);
    }

    /** Writes it, if its row is still of the revision before; returns whether it was. */
    boolean replace(KeptSchedule kept) {
        return write("""
                update schedules set function_name = :function, qualifier = :qualifier, revision = :revision,
                    enabled = :enabled, expression = :expression, time_zone = :zone, since = :since, input = :input,
                    description = :description, last_modified = :modified
                where id = :id and revision = :revision - 1""", kept) > 0;
    }

    private int write(String sql, KeptSchedule kept) {
        Schedule schedule = kept.schedule();
        return database.sql(sql)
                .param("id", UUID.fromString(schedule.id()))
                .param("account", schedule.accountId())
                .param("name", schedule.name())
                .param("function", schedule.function().name())
                .param("qualifier", schedule.function().qualifier())
                .param("revision", schedule.revision())
                .param("enabled", schedule.enabled())
                .param("expression", schedule.expression())
                .param("zone", schedule.timeZone())
                .param("since", schedule.since().atOffset(ZoneOffset.UTC))
                .param("input", schedule.input())
                .param("description", kept.description())
                .param("created", kept.createdAt().atOffset(ZoneOffset.UTC))
                .param("modified", kept.lastModified().atOffset(ZoneOffset.UTC))
                .update();
    }

    void remove(String id) {
        database.sql("delete from schedules where id = :id")
                .param("id", UUID.fromString(id))
                .update();
    }

    Optional<KeptSchedule> find(String accountId, String name) {
        return database.sql("select * from schedules where account_id = :account and name = :name")
                .param("account", accountId)
                .param("name", name)
                .query(Schedules::schedule)
                .optional();
    }

    int count(String accountId) {
        return database.sql("select count(*) from schedules where account_id = :account")
                .param("account", accountId)
                .query(Integer.class)
                .single();
    }

    /** In the order of their names. */
    List<KeptSchedule> list(String accountId, String after, int limit) {
        return database.sql("""
                        select * from schedules where account_id = :account and name > :after order by name limit :limit""")
                .param("account", accountId)
                .param("after", after)
                .param("limit", limit)
                .query(Schedules::schedule)
                .list();
    }

    void forEach(Consumer<Schedule> consumer) {
        try (var all = database.sql("select * from schedules order by id").query(Schedules::schedule).stream()) {
            all.forEach(kept -> consumer.accept(kept.schedule()));
        }
    }

    private static KeptSchedule schedule(ResultSet row, int number) throws SQLException {
        var schedule = new Schedule(
                row.getObject("id", UUID.class).toString(),
                row.getString("account_id"),
                row.getLong("revision"),
                new Target(row.getString("function_name"), row.getString("qualifier")),
                row.getBoolean("enabled"),
                row.getString("name"),
                row.getString("expression"),
                row.getString("time_zone"),
                instant(row, "since"),
                row.getString("input"));
        return new KeptSchedule(
                schedule, row.getString("description"), instant(row, "created_at"), instant(row, "last_modified"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
