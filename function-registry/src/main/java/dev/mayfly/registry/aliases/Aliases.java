package dev.mayfly.registry.aliases;

import dev.mayfly.contracts.function.InvocationRules;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The aliases of all functions. */
@Component
public class Aliases {
    private final JdbcClient database;

    Aliases(JdbcClient database) {
        this.database = database;
    }

    /** A function's aliases, by name, as those who invoke it need them. */
    public List<InvocationRules.Alias> of(UUID functionId) {
        return after(functionId, "", null, Integer.MAX_VALUE).stream()
                .map(Alias::rule)
                .toList();
    }

    /** The version that an alias means, its weights aside. */
    public Optional<String> version(UUID functionId, String alias) {
        return find(functionId, alias).map(Alias::functionVersion);
    }

    /** The names of those that mean the version {@code number}; until the transaction ends there will be no others. */
    public List<String> lockAliasesOf(UUID functionId, long number) {
        lock(functionId);
        return after(functionId, "", number, Integer.MAX_VALUE).stream()
                .map(Alias::name)
                .toList();
    }

    /** Until the transaction ends, nobody else changes the function's aliases or deletes its versions. */
    void lock(UUID functionId) {
        database.sql("select 1 from functions where id = :function for update")
                .param("function", functionId)
                .query(Integer.class)
                .optional();
    }

    boolean versionExists(UUID functionId, long number) {
        return database.sql("""
                        select exists (select from published_versions
                                       where function_id = :function and number = :number)""")
                .param("function", functionId)
                .param("number", number)
                .query(Boolean.class)
                .single();
    }

    Optional<Alias> find(UUID functionId, String name) {
        return database.sql("select * from aliases where function_id = :function and name = :name")
                .param("function", functionId)
                .param("name", name)
                .query(Aliases::alias)
                .optional();
    }

    /**
     * By name, those after {@code name}.
     *
     * @param number only those that mean this version, or null for all; 0 is {@code $LATEST}
     */
    List<Alias> after(UUID functionId, String name, @Nullable Long number, int limit) {
        return database.sql("""
                        select * from aliases where function_id = :function and name > :name
                            and (cast(:number as bigint) is null or :number in (coalesce(version, 0), additional_version))
                        order by name limit :limit""")
                .param("function", functionId)
                .param("name", name)
                .param("number", number, Types.BIGINT)
                .param("limit", limit)
                .query(Aliases::alias)
                .list();
    }

    /** In place of the one of that name, if there is one. */
    void put(UUID functionId, Alias alias) {
        Alias.Share additional = alias.additional();
        database.sql("""
                        insert into aliases (function_id, name, revision_id, description, version,
                                             additional_version, additional_weight)
                        values (:function, :name, :revision, :description, :version, :additional, :weight)
                        on conflict (function_id, name) do update set revision_id = excluded.revision_id,
                            description = excluded.description, version = excluded.version,
                            additional_version = excluded.additional_version,
                            additional_weight = excluded.additional_weight""")
                .param("function", functionId)
                .param("name", alias.name())
                .param("revision", alias.revisionId())
                .param("description", alias.description())
                .param("version", alias.version(), Types.BIGINT)
                .param("additional", additional == null ? null : additional.version(), Types.BIGINT)
                .param("weight", additional == null ? null : additional.weight(), Types.DOUBLE)
                .update();
    }

    boolean delete(UUID functionId, String name) {
        return database.sql("delete from aliases where function_id = :function and name = :name")
                        .param("function", functionId)
                        .param("name", name)
                        .update()
                > 0;
    }

    private static Alias alias(ResultSet row, int number) throws SQLException {
        @Nullable Long version = row.getObject("version", Long.class);
        @Nullable Long additional = row.getObject("additional_version", Long.class);
        return new Alias(
                row.getString("name"),
                row.getObject("revision_id", UUID.class),
                row.getString("description"),
                version,
                additional == null ? null : new Alias.Share(additional, row.getDouble("additional_weight")));
    }
}
