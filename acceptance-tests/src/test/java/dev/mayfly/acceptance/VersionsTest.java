package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/** Versions and aliases through the gateway, with the AWS SDK. */
class VersionsTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final RunningSuite suite = RunningSuite.get();

    @Test
    void versionsStayAndAliasesShareInvocations() {
        String name = FunctionFixtures.uniqueName("versions");
        try (LambdaClient lambda = suite.lambda()) {
            FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, "exports.handler = async () => 'one';"));
            assertThat(lambda.publishVersion(publish -> publish.functionName(name))
                            .version())
                    .isEqualTo("1");
            lambda.updateFunctionCode(update -> update.functionName(name)
                    .zipFile(SdkBytes.fromByteArray(
                            FunctionFixtures.zipOf("index.js", "exports.handler = async () => 'two';")))
                    .publish(true));
            lambda.waiter()
                    .waitUntilPublishedVersionActive(
                            wait -> wait.functionName(name).qualifier("2"));
            assertThat(invoke(lambda, name, "1")).isEqualTo("\"one\"");
            assertThat(invoke(lambda, name, "2")).isEqualTo("\"two\"");
            assertThat(invoke(lambda, name, "$LATEST")).isEqualTo("\"two\"");

            lambda.createAlias(create -> create.functionName(name)
                    .name("live")
                    .functionVersion("1")
                    .routingConfig(routing -> routing.additionalVersionWeights(Map.of("2", 0.5))));
            Set<String> answers = new ConcurrentSkipListSet<>();
            await().atMost(LIMIT).until(() -> {
                answers.add(invoke(lambda, name, "live"));
                return answers.size() == 2;
            });
            assertThat(answers).containsExactly("\"one\"", "\"two\"");
            assertThatThrownBy(() -> lambda.deleteFunction(
                            delete -> delete.functionName(name).qualifier("2")))
                    .isInstanceOf(ResourceConflictException.class);

            lambda.deleteFunction(delete -> delete.functionName(name));
            assertThatThrownBy(() -> invoke(lambda, name, "1")).isInstanceOf(ResourceNotFoundException.class);
        }
    }

    private static String invoke(LambdaClient lambda, String name, String qualifier) {
        return lambda.invoke(invoke -> invoke.functionName(name).qualifier(qualifier))
                .payload()
                .asUtf8String();
    }
}
