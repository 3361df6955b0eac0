package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryProperties;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What hosts are to make ready, kept with the functions. Whoever works on one owns it for a while and says so again and
 * again; when they stop to, another registry takes it.
 */
@Component
class Preparations {
    private final JdbcClient database;
    private final DeployedFunctions functions;
    private final PublishedVersions versions;
    private final RegistryProperties properties;
    private final Clock clock;

    Preparations(
            JdbcClient database,
            DeployedFunctions functions,
            PublishedVersions versions,
            RegistryProperties properties,
            Clock clock) {
        this.database = database;
        this.functions = functions;
        this.versions = versions;
        this.properties = properties;
        this.clock = clock;
    }

    /** @param attempts how often it was begun */
    record Task(UUID id, UUID functionId, String version, String revisionId, int attempts, Instant createdAt) {}

    /** Within the transaction that made {@code version}, which takes the place of what was to be prepared before. */
    void add(UUID functionId, FunctionSnapshot version) {
        database.sql("delete from preparations where function_id = :function and version = :version")
                .param("function", functionId)
                .param("version", version.number())
                .update();
        database.sql("""
                        insert into preparations (id, function_id, version, revision_id, due_at, created_at)
                        values (:id, :function, :version, :revision, :now, :now)""")
                .param("id", UUID.randomUUID())
                .param("function", functionId)
                .param("version", version.number())
                .param("revision", UUID.fromString(version.revisionId()))
                .param("now", now())
                .update();
    }

    /**
     * Takes over what nobody works on, the accounts by turns.
     *
     * @param mostOfOne how many of one account are under way at once, with those that are already
     */
    List<Task> take(int most, int mostOfOne, Collection<UUID> underWay) {
        return database.sql("""
                        update preparations set due_at = :until, attempts = attempts + 1 where id in (
                            select due.id from preparations due join (
                                select p.id, row_number() over (
                                    partition by f.account_id
                                    order by p.id = any(cast(:mine as uuid[])) desc, p.due_at, p.id) as turn
                                from preparations p join functions f on f.id = p.function_id
                                where p.due_at <= :now or p.id = any(cast(:mine as uuid[]))) ranked using (id)
                            where due.due_at <= :now and turn <= :mostOfOne
                            and due.id <> all(cast(:mine as uuid[]))
                            order by turn, due.due_at limit :most
                            for update of due skip locked)
                        returning id, function_id, version, revision_id, attempts, created_at""")
                .param("mine", underWay.stream().map(UUID::toString).toArray(String[]::new))
                .param("mostOfOne", mostOfOne)
                .param("until", until())
                .param("now", now())
                .param("most", most)
                .query(Preparations::task)
                .list();
    }

    /** Says that these are still worked on. */
    void keep(Collection<UUID> tasks) {
        if (!tasks.isEmpty()) {
            database.sql("update preparations set due_at = :until where id in (:tasks)")
                    .param("until", until())
                    .param("tasks", tasks)
                    .update();
        }
    }

    /**
     * Puts off a task for which no host was ready.
     *
     * @param waited how long of the time since it was made it only waited for its turn, which is not counted
     */
    void putOff(Task task, Instant until, Duration waited) {
        database.sql("update preparations set due_at = :until, created_at = :since where id = :id")
                .param("until", until.atOffset(ZoneOffset.UTC))
                .param("since", task.createdAt().plus(waited).atOffset(ZoneOffset.UTC))
                .param("id", task.id())
                .update();
    }

    /** Within the transaction of its end; whether it was still to be done. */
    boolean end(Task task) {
        return database.sql("delete from preparations where id = :id")
                        .param("id", task.id())
                        .update()
                > 0;
    }

    /** The version that is to be prepared, unless it has changed or gone since. */
    Optional<FunctionSnapshot> version(Task task) {
        Optional<FunctionSnapshot> version = task.version().equals(FunctionVersion.LATEST)
                ? functions.findById(task.functionId()).map(DeployedFunction::snapshot)
                : versions.find(task.functionId(), Long.parseLong(task.version()));
        return version.filter(found -> found.revisionId().equals(task.revisionId()));
    }

    private static Task task(ResultSet row, int number) throws SQLException {
        return new Task(
                row.getObject("id", UUID.class),
                row.getObject("function_id", UUID.class),
                row.getString("version"),
                row.getString("revision_id"),
                row.getInt("attempts"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private OffsetDateTime until() {
        return now().plus(properties.preparation().takeover());
    }
}
