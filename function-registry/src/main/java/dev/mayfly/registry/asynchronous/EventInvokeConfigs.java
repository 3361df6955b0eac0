package dev.mayfly.registry.asynchronous;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.registry.rules.QualifierRemoval;
import dev.mayfly.registry.rules.RulesDraft;
import dev.mayfly.registry.rules.RulesPart;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The event invoke configurations of all functions. */
@Component
class EventInvokeConfigs implements RulesPart, QualifierRemoval {
    private final JdbcClient database;

    EventInvokeConfigs(JdbcClient database) {
        this.database = database;
    }

    Optional<EventInvokeConfig> find(UUID functionId, String qualifier) {
        return list(functionId, "", Integer.MAX_VALUE).stream()
                .filter(config -> config.qualifier().equals(qualifier))
                .findFirst();
    }

    /** In the order of qualifiers, the function without one first. */
    List<EventInvokeConfig> list(UUID functionId, String after, int most) {
        return database.sql("""
                        select qualifier, max_retries, max_age_seconds, on_success, on_failure, last_modified
                        from event_invoke_configs
                        where function_id = :function and (:after = '' or qualifier > :after)
                        order by qualifier limit :most""")
                .param("function", functionId)
                .param("after", after)
                .param("most", most)
                .query((row, number) -> new EventInvokeConfig(
                        row.getString(1),
                        row.getObject(2, Integer.class),
                        row.getObject(3, Integer.class),
                        row.getString(4),
                        row.getString(5),
                        row.getObject(6, OffsetDateTime.class).toInstant()))
                .list();
    }

    void put(UUID functionId, EventInvokeConfig config) {
        removed(functionId, config.qualifier());
        database.sql("""
                        insert into event_invoke_configs (
                            function_id, qualifier, max_retries, max_age_seconds, on_success, on_failure, last_modified)
                        values (:function, :qualifier, :retries, :age, :success, :failure, :at)""")
                .param("function", functionId)
                .param("qualifier", config.qualifier())
                .param("retries", config.maxRetries(), Types.INTEGER)
                .param("age", config.maxAgeSeconds(), Types.INTEGER)
                .param("success", config.onSuccess(), Types.VARCHAR)
                .param("failure", config.onFailure(), Types.VARCHAR)
                .param("at", config.lastModified().atOffset(ZoneOffset.UTC))
                .update();
    }

    @Override
    public void addTo(RulesDraft draft, UUID functionId) {
        list(functionId, "", Integer.MAX_VALUE)
                .forEach(config -> draft.add(new InvocationRules.Asynchronous(
                        config.qualifier().isEmpty() ? FunctionVersion.LATEST : config.qualifier(),
                        config.maxAgeSeconds(),
                        config.maxRetries(),
                        config.onSuccess(),
                        config.onFailure())));
    }

    @Override
    public void removed(UUID functionId, String qualifier) {
        database.sql("delete from event_invoke_configs where function_id = :function and qualifier = :qualifier")
                .param("function", functionId)
                .param("qualifier", qualifier)
                .update();
    }
}
