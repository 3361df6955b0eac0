package dev.mayfly.registry.policies;

import dev.mayfly.registry.rules.QualifierRemoval;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RulesDraft;
import dev.mayfly.registry.rules.RulesPart;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The permissions of all functions, in the order in which they were added. */
@Component
class Permissions implements RulesPart, QualifierRemoval {
    private final JdbcClient database;

    Permissions(JdbcClient database) {
        this.database = database;
    }

    List<Permission> of(RuledFunction function) {
        return database.sql("""
                        select * from function_grants
                        where function_id = :function and qualifier = :qualifier order by number""")
                .param("function", function.id())
                .param("qualifier", function.qualifier())
                .query(Permissions::permission)
                .list();
    }

    /** Changes with every change of the policy; empty where none was ever made. */
    Optional<UUID> revision(RuledFunction function) {
        return database.sql("""
                        select revision_id from policy_revisions
                        where function_id = :function and qualifier = :qualifier""")
                .param("function", function.id())
                .param("qualifier", function.qualifier())
                .query(UUID.class)
                .optional();
    }

    void add(RuledFunction function, Permission added) {
        database.sql("""
                        insert into function_grants (
                            function_id, qualifier, statement_id, action, principal, source_arn, source_account,
                            event_source_token, principal_org_id, function_url_auth_type, invoked_via_function_url)
                        values (
                            :function, :qualifier, :statement, :action, :principal, :sourceArn, :sourceAccount,
                            :token, :organisation, :authType, :viaUrl)""")
                .param("function", function.id())
                .param("qualifier", function.qualifier())
                .param("statement", added.statementId())
                .param("action", added.action())
                .param("principal", added.principal())
                .param("sourceArn", added.sourceArn(), Types.VARCHAR)
                .param("sourceAccount", added.sourceAccount(), Types.VARCHAR)
                .param("token", added.eventSourceToken(), Types.VARCHAR)
                .param("organisation", added.principalOrgId(), Types.VARCHAR)
                .param("authType", added.functionUrlAuthType(), Types.VARCHAR)
                .param("viaUrl", added.invokedViaFunctionUrl(), Types.BOOLEAN)
                .update();
        revise(function);
    }

    /** Whether there was one. */
    boolean remove(RuledFunction function, String statementId) {
        int removed = database.sql("""
                        delete from function_grants
                        where function_id = :function and qualifier = :qualifier and statement_id = :statement""")
                .param("function", function.id())
                .param("qualifier", function.qualifier())
                .param("statement", statementId)
                .update();
        if (removed > 0) {
            revise(function);
        }
        return removed > 0;
    }

    private void revise(RuledFunction function) {
        database.sql("""
                        insert into policy_revisions (function_id, qualifier, revision_id)
                        values (:function, :qualifier, :revision)
                        on conflict (function_id, qualifier) do update set revision_id = excluded.revision_id""")
                .param("function", function.id())
                .param("qualifier", function.qualifier())
                .param("revision", UUID.randomUUID())
                .update();
    }

    @Override
    public void addTo(RulesDraft draft, UUID functionId) {
        database.sql("select * from function_grants where function_id = :function order by number")
                .param("function", functionId)
                .query((row, number) -> permission(row, number).grant(row.getString("qualifier")))
                .list()
                .forEach(draft::add);
    }

    @Override
    public void removed(UUID functionId, String qualifier) {
        for (String table : List.of("function_grants", "policy_revisions")) {
            database.sql("delete from " + table + " where function_id = :function and qualifier = :qualifier")
                    .param("function", functionId)
                    .param("qualifier", qualifier)
                    .update();
        }
    }

    private static Permission permission(ResultSet row, int number) throws SQLException {
        return new Permission(
                row.getString("statement_id"),
                row.getString("action"),
                row.getString("principal"),
                row.getString("source_arn"),
                row.getString("source_account"),
                row.getString("event_source_token"),
                row.getString("principal_org_id"),
                row.getString("function_url_auth_type"),
                row.getObject("invoked_via_function_url", Boolean.class));
    }
}
