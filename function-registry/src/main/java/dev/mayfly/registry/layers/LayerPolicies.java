package dev.mayfly.registry.layers;

import dev.mayfly.registry.lambda.LambdaError;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Who else may use layer versions. */
@Component
class LayerPolicies {
    private final JdbcClient database;
    private final TransactionTemplate transactions;

    LayerPolicies(JdbcClient database, TransactionTemplate transactions) {
        this.database = database;
        this.transactions = transactions;
    }

    /** @param principal an account, the ARN of its root, or {@code *} */
    record Statement(String id, String principal, @Nullable String organizationId) {

        /** Mayfly has no organisations, so that a statement for one is for nobody. */
        boolean allows(String accountId) {
            boolean named = principal.equals("*")
                    || principal.equals(accountId)
                    || principal.endsWith("::" + accountId + ":root");
            return organizationId == null && named;
        }
    }

    List<Statement> of(LayerVersion version) {
        return database.sql("select * from layer_permissions where layer_version_id = :version order by statement_id")
                .param("version", version.id())
                .query(LayerPolicies::statement)
                .list();
    }

    boolean mayUse(String accountId, LayerVersion version) {
        return version.accountId().equals(accountId)
                || of(version).stream().anyMatch(statement -> statement.allows(accountId));
    }

    /**
     * Returns the policy's new revision.
     *
     * @param check gets all statements and throws when they cannot be
     */
    UUID add(LayerVersion version, Statement statement, @Nullable String revisionId, Consumer<List<Statement>> check) {
        return change(version, revisionId, () -> {
            try {
                database.sql("""
                                insert into layer_permissions (layer_version_id, statement_id, principal, organization_id)
                                values (:version, :statement, :principal, :organization)""")
                        .param("version", version.id())
                        .param("statement", statement.id())
                        .param("principal", statement.principal())
                        .param("organization", statement.organizationId(), Types.VARCHAR)
                        .update();
            } catch (DuplicateKeyException e) {
                throw LambdaError.RESOURCE_CONFLICT.with("The statement id (" + statement.id()
                        + ") provided already exists. Please provide a new statement id, or remove the existing"
                        + " statement.");
            }
            check.accept(of(version));
        });
    }

    void remove(LayerVersion version, String statementId, @Nullable String revisionId) {
        change(version, revisionId, () -> {
            int removed = database.sql("""
                            delete from layer_permissions
                            where layer_version_id = :version and statement_id = :statement""")
                    .param("version", version.id())
                    .param("statement", statementId)
                    .update();
            if (removed == 0) {
                throw LambdaError.RESOURCE_NOT_FOUND.with(
                        "Statement " + statementId + " is not found in resource policy.");
            }
        });
    }

    private UUID change(LayerVersion version, @Nullable String revisionId, Runnable work) {
        UUID revision = UUID.randomUUID();
        transactions.executeWithoutResult(transaction -> {
            List<String> present = database.sql(
                            "select coalesce(policy_revision::text, '') from layer_versions where id = :id for update")
                    .param("id", version.id())
                    .query(String.class)
                    .list();
            if (revisionId != null && !present.contains(revisionId)) {
                throw LambdaError.PRECONDITION_FAILED.with("The Revision Id provided does not match the latest Revision"
                        + " Id. Call the GetLayerPolicy API to retrieve the latest Revision Id");
            }
            work.run();
            database.sql("update layer_versions set policy_revision = :revision where id = :id")
                    .param("revision", revision)
                    .param("id", version.id())
                    .update();
        });
        return revision;
    }

    private static Statement statement(ResultSet row, int number) throws SQLException {
        return new Statement(
                row.getString("statement_id"), row.getString("principal"), row.getString("organization_id"));
    }
}
