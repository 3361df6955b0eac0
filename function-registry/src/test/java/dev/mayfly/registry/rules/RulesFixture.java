package dev.mayfly.registry.rules;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.registry.RegistryFixture;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** A function to say something about. */
abstract class RulesFixture extends RegistryFixture {
    private final JdbcClient database;

    protected final String name = "f-" + UUID.randomUUID();
    protected LambdaClient lambda;

    RulesFixture(JdbcClient database) {
        this.database = database;
    }

    @BeforeEach
    void deploy() {
        lambda = lambda(ACCOUNT, Role.OWNER);
        lambda.createFunction(node(name).build());
    }

    @AfterEach
    void delete() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }

    protected String arn() {
        return ARN + name;
    }

    protected void publish(long number) {
        database.sql("""
                        insert into published_versions (function_id, number, code_size, snapshot)
                        select id, :number, 0, '{}' from functions where name = :name""").param("number", number).param("name", name).update();
    }

    protected void alias(String alias, long number) {
        database.sql("""
                        insert into aliases (function_id, name, revision_id, description, version)
                        select id, :alias, gen_random_uuid(), '', :number from functions where name = :name""")
                .param("alias", alias)
                .param("number", number)
                .param("name", name)
                .update();
    }

    /** What invokers are told of the function. */
    protected InvocationRules rules() {
        var answer = send("GET", "/internal/function-rules/" + ACCOUNT + "/" + name, new byte[0], serviceVoucher());
        return Json.read(answer.body().getBytes(StandardCharsets.ISO_8859_1), InvocationRules.class);
    }
}
