package dev.mayfly.registry.code;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.LambdaError;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How much code an account keeps: of its functions, their versions and its layers. */
@Component
public class CodeStorage {
    private final JdbcClient database;
    private final long limit;

    CodeStorage(JdbcClient database, RegistryProperties properties) {
        this.database = database;
        this.limit = properties.limits().codeStorage().toBytes();
    }

    /**
     * Checks that there is room.
     *
     * @param more bytes that come, less those that go
     * @throws dev.mayfly.registry.lambda.LambdaException CodeStorageExceededException when there is not
     */
    public void check(String accountId, long more) {
        if (more > 0 && used(accountId) + more > limit) {
            throw LambdaError.CODE_STORAGE_EXCEEDED.with("Code storage limit exceeded. The code of all functions,"
                    + " versions and layers of an account may be " + limit + " bytes.");
        }
    }

    private long used(String accountId) {
        return database.sql("""
                        select (select coalesce(sum(code_size), 0) from functions where account_id = :account)
                            + (select coalesce(sum(v.code_size), 0) from published_versions v
                               join functions f on f.id = v.function_id where f.account_id = :account)
                            + (select coalesce(sum(code_size), 0) from layer_versions where account_id = :account)""").param("account", accountId).query(Long.class).single();
    }
}
