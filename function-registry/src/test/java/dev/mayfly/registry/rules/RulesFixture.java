package dev.mayfly.registry.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.registry.RegistryFixture;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** A function to say something about. */
abstract class RulesFixture extends RegistryFixture {
    protected final String name = "f-" + UUID.randomUUID();
    protected LambdaClient lambda;

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

    /** Publishes the next version. */
    protected void publish(long number) {
        lambda.updateFunctionConfiguration(request -> request.functionName(name).description("version " + number));
        assertThat(lambda.publishVersion(request -> request.functionName(name)).version())
                .isEqualTo(Long.toString(number));
    }

    protected void alias(String alias, long number) {
        lambda.createAlias(request -> request.functionName(name).name(alias).functionVersion(Long.toString(number)));
    }

    /** What invokers are told of the function. */
    protected InvocationRules rules() {
        var answer =
                send("GET", "/internal/functions/" + ACCOUNT + "/" + name + "/rules", new byte[0], serviceVoucher());
        return Json.read(answer.body().getBytes(StandardCharsets.ISO_8859_1), InvocationRules.class);
    }
}
