package dev.mayfly.registry.concurrency;

import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.registry.rules.QualifierRemoval;
import dev.mayfly.registry.rules.RulesDraft;
import dev.mayfly.registry.rules.RulesPart;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What concurrency functions have reserved, and what they have provisioned. */
@Component
class Concurrency implements RulesPart, QualifierRemoval {
    private final JdbcClient database;

    Concurrency(JdbcClient database) {
        this.database = database;
    }

    /** @param executions sandboxes that are to be kept ready */
    record Provisioned(String qualifier, int executions, Instant lastModified) {}

    Optional<Integer> reserved(UUID functionId) {
        return database.sql("select executions from reserved_concurrency where function_id = :function")
                .param("function", functionId)
                .query(Integer.class)
                .optional();
    }

    void reserve(UUID functionId, int executions) {
        database.sql("""
                        insert into reserved_concurrency (function_id, executions) values (:function, :executions)
                        on conflict (function_id) do update set executions = excluded.executions""")
                .param("function", functionId)
                .param("executions", executions)
                .update();
    }

    void release(UUID functionId) {
        database.sql("delete from reserved_concurrency where function_id = :function")
                .param("function", functionId)
                .update();
    }

    /** What the other functions of an account have taken out of its limit: reserved, or provisioned without a reservation. */
    long takenByOthers(String accountId, UUID functionId) {
        return database.sql("""
                        select coalesce(sum(coalesce(
                            (select r.executions from reserved_concurrency r where r.function_id = f.id),
                            (select sum(p.executions) from provisioned_concurrency p where p.function_id = f.id))), 0)
                        from functions f where f.account_id = :account and f.id <> :function""")
                .param("account", accountId)
                .param("function", functionId)
                .query(Long.class)
                .single();
    }

    /** What is provisioned for a function, in the order of qualifiers. */
    List<Provisioned> provisioned(UUID functionId) {
        return provisioned(functionId, "", Integer.MAX_VALUE);
    }

    List<Provisioned> provisioned(UUID functionId, String after, int most) {
        return database.sql("""
                        select qualifier, executions, last_modified from provisioned_concurrency
                        where function_id = :function and qualifier > :after order by qualifier limit :most""")
                .param("function", functionId)
                .param("after", after)
                .param("most", most)
                .query((row, number) -> new Provisioned(
                        row.getString(1),
                        row.getInt(2),
                        row.getObject(3, OffsetDateTime.class).toInstant()))
                .list();
    }

    void provision(UUID functionId, Provisioned wanted) {
        database.sql("""
                        insert into provisioned_concurrency (function_id, qualifier, executions, last_modified)
                        values (:function, :qualifier, :executions, :at)
                        on conflict (function_id, qualifier)
                        do update set executions = excluded.executions, last_modified = excluded.last_modified""")
                .param("function", functionId)
                .param("qualifier", wanted.qualifier())
                .param("executions", wanted.executions())
                .param("at", wanted.lastModified().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** The aliases of a function that mean {@code version}, as their version or with a share of it. */
    List<String> aliasesOf(UUID functionId, String version) {
        return database.sql("""
                        select name from aliases where function_id = :function
                        and (version::text = :version or additional_version::text = :version) order by name""")
                .param("function", functionId)
                .param("version", version)
                .query(String.class)
                .list();
    }

    @Override
    public void addTo(RulesDraft draft, UUID functionId) {
        reserved(functionId).ifPresent(draft::reserve);
        provisioned(functionId)
                .forEach(one -> draft.add(new InvocationRules.Provisioned(one.qualifier(), one.executions())));
    }

    @Override
    public void removed(UUID functionId, String qualifier) {
        database.sql("delete from provisioned_concurrency where function_id = :function and qualifier = :qualifier")
                .param("function", functionId)
                .param("qualifier", qualifier)
                .update();
    }
}
