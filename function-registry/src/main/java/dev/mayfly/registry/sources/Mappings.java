package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.EventSource.Target;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;

/** The event source mappings of all accounts. */
@Component
class Mappings {
    private static final TypeReference<TreeMap<String, String>> TAGS = new TypeReference<>() {};

    private final JdbcClient database;

    Mappings(JdbcClient database) {
        this.database = database;
    }

    /** @throws org.springframework.dao.DuplicateKeyException when the same is mapped already */
    void add(Mapping mapping) {
        write("""
                insert into event_source_mappings (id, account_id, function_name, qualifier, event_source_arn, source_key,
                    consumer_group, revision, enabled, state, state_reason, last_result, last_modified, settings, tags)
                values (:id, :account, :function, :qualifier, :arn, :source, :group, :revision, :enabled, :state, :reason,
                    :result, :modified, :settings, :tags)""", mapping);
    }

    /**
     * Writes what {@code mapping} says, if its row is still of the revision before.
     *
     * @return whether it was
     */
    boolean replace(Mapping mapping) {
        return write("""
                update event_source_mappings set function_name = :function, qualifier = :qualifier, revision = :revision,
                    enabled = :enabled, state = :state, state_reason = :reason, last_result = :result,
                    last_modified = :modified, settings = :settings
                where id = :id and revision = :revision - 1""", mapping) > 0;
    }

    private int write(String sql, Mapping mapping) {
        var kafka = mapping.settings().kafka();
        var statement = database.sql(sql)
                .param("id", mapping.id())
                .param("function", mapping.function().name())
                .param("qualifier", mapping.function().qualifier())
                .param("revision", mapping.revision())
                .param("enabled", mapping.enabled())
                .param("state", mapping.state())
                .param("reason", mapping.stateReason())
                .param("result", mapping.lastResult())
                .param("modified", mapping.lastModified().atOffset(ZoneOffset.UTC))
                .param("settings", Json.text(mapping.settings()))
                .param("account", mapping.accountId())
                .param("arn", mapping.eventSourceArn())
                .param("source", mapping.settings().sourceKey())
                .param("group", kafka == null ? null : kafka.group())
                .param("tags", Json.text(mapping.tags()));
        return statement.update();
    }

    void setTags(UUID id, Map<String, String> tags) {
        database.sql("update event_source_mappings set tags = :tags where id = :id")
                .param("tags", Json.text(tags))
                .param("id", id)
                .update();
    }

    /** Notes what a poller of that revision says; what it says of another is old news. */
    void note(UUID id, long revision, @Nullable String settledState, @Nullable String result) {
        database.sql("""
                        update event_source_mappings set last_result = coalesce(:result, last_result),
                            state = coalesce(:state, state)
                        where id = :id and revision = :revision
                            and (last_result is distinct from coalesce(:result, last_result)
                                or state is distinct from coalesce(:state, state))""")
                .param("result", result, java.sql.Types.VARCHAR)
                .param("state", settledState, java.sql.Types.VARCHAR)
                .param("id", id)
                .param("revision", revision)
                .update();
    }

    void remove(UUID id) {
        database.sql("delete from event_source_mappings where id = :id")
                .param("id", id)
                .update();
    }

    Optional<Mapping> find(UUID id) {
        return database.sql("select * from event_source_mappings where id = :id")
                .param("id", id)
                .query(Mappings::mapping)
                .optional();
    }

    int count(String accountId) {
        return database.sql("select count(*) from event_source_mappings where account_id = :account")
                .param("account", accountId)
                .query(Integer.class)
                .single();
    }

    /** The one of {@code mapping}'s function that reads the same, or of its account that has the same consumer group. */
    Optional<Mapping> rival(Mapping mapping) {
        var kafka = mapping.settings().kafka();
        return database.sql("""
                        select * from event_source_mappings where account_id = :account and id <> :id
                            and (function_name = :function and coalesce(qualifier, '') = :qualifier
                                    and source_key = :source
                                or consumer_group = :group) limit 1""")
                .param("account", mapping.accountId())
                .param("id", mapping.id())
                .param("function", mapping.function().name())
                .param(
                        "qualifier",
                        Optional.ofNullable(mapping.function().qualifier()).orElse(""))
                .param("source", mapping.settings().sourceKey())
                .param("group", kafka == null ? "" : kafka.group())
                .query(Mappings::mapping)
                .optional();
    }

    /** @param qualifier null for any */
    List<Mapping> list(
            String accountId,
            @Nullable String eventSourceArn,
            @Nullable String functionName,
            @Nullable String qualifier,
            UUID after,
            int limit) {
        return database.sql("""
                        select * from event_source_mappings where account_id = :account and id > :after
                            and (:arn = '' or event_source_arn = :arn)
                            and (:function = '' or function_name = :function)
                            and (:qualifier = '' or coalesce(qualifier, '$LATEST') = :qualifier)
                        order by id limit :limit""")
                .param("account", accountId)
                .param("after", after)
                .param("arn", Optional.ofNullable(eventSourceArn).orElse(""))
                .param("function", Optional.ofNullable(functionName).orElse(""))
                .param("qualifier", Optional.ofNullable(qualifier).orElse(""))
                .param("limit", limit)
                .query(Mappings::mapping)
                .list();
    }

    void forEach(Consumer<Mapping> consumer) {
        database.sql("select * from event_source_mappings order by id").query(Mappings::mapping).stream()
                .forEach(consumer);
    }

    private static Mapping mapping(ResultSet row, int number) throws SQLException {
        return new Mapping(
                row.getObject("id", UUID.class),
                row.getString("account_id"),
                new Target(row.getString("function_name"), row.getString("qualifier")),
                row.getString("event_source_arn"),
                row.getLong("revision"),
                row.getBoolean("enabled"),
                row.getString("state"),
                row.getString("state_reason"),
                row.getString("last_result"),
                instant(row, "last_modified"),
                Json.mapper().readValue(row.getString("settings"), MappingSettings.class),
                Json.mapper().readValue(row.getString("tags"), TAGS));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
