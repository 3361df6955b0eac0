package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.Zips;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;

/** An account's minimum, as the identity service tells it over Kafka. */
class MinimumIsolationTest extends RegistryFixture {
    private static final String STRICT = "555555555555";
    private static final String RAISED = "666666666666";

    private static CreateFunctionRequest.Builder node(String account, String name) {
        return node(name).role("arn:aws:iam::" + account + ":role/any");
    }

    private static CreateFunctionRequest.Builder wasm(String account, String name) {
        return node(account, name)
                .runtime("wasm32-wasip1")
                .handler("a.wasm")
                .code(code -> code.zipFile(SdkBytes.fromByteArray(Zips.of("a.wasm", Zips.MODULE))));
    }

    @Test
    void whatIsWeakerIsNotDeployed() {
        publishMinimum(STRICT, Isolation.CONTAINER);
        try (LambdaClient lambda = lambda(STRICT, Role.DEPLOYER)) {
            await().untilAsserted(() -> assertThatThrownBy(
                            () -> lambda.createFunction(wasm(STRICT, "module").build()))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("weaker than the account's minimum, container"));
            lambda.createFunction(node(STRICT, "enough").build());
            await().until(() -> published(STRICT, "enough") != null);
            assertThat(published(STRICT, "enough").orElseThrow().isolation()).isEqualTo(Isolation.CONTAINER);
        }
    }

    @Test
    void aRaisedMinimumCountsFromTheNextDeployment() {
        String arn = "arn:aws:lambda:us-east-1:" + RAISED + ":function:f";
        try (LambdaClient lambda = lambda(RAISED, Role.DEPLOYER)) {
            lambda.createFunction(
                    node(RAISED, "f").tags(Map.of(Isolation.TAG, "container")).build());
            publishMinimum(RAISED, Isolation.GVISOR);
            await().untilAsserted(() -> assertThatThrownBy(() -> lambda.updateFunctionConfiguration(
                            update -> update.functionName("f").timeout(4)))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("mayfly:isolation=container is weaker than the account's minimum, gvisor"));
            assertThatThrownBy(() -> lambda.updateFunctionCode(update ->
                            update.functionName("f").zipFile(SdkBytes.fromByteArray(Zips.of("index.js", "2")))))
                    .hasMessageContaining("minimum, gvisor");
            assertThatThrownBy(() ->
                            lambda.untagResource(untag -> untag.resource(arn).tagKeys(Isolation.TAG)))
                    .hasMessageContaining("No sandbox host offers isolation gvisor (runsc is not installed)")
                    .hasMessageContaining("the account's minimum is gvisor");
            lambda.tagResource(tag -> tag.resource(arn).tags(Map.of("unrelated", "tag")));

            publishMinimum(RAISED, null);
            await().untilAsserted(() -> lambda.updateFunctionConfiguration(
                    update -> update.functionName("f").timeout(5)));
            assertThat(lambda.getFunctionConfiguration(get -> get.functionName("f"))
                            .timeout())
                    .isEqualTo(5);
        }
    }
}
