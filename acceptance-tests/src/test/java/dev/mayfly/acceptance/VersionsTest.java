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

/** Versions and aliases through the gateway, with the AWS SDK and the aws cli. */
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

    @Test
    void theCommandLineClientPublishesAndWaits() {
        String name = FunctionFixtures.uniqueName("cli-versions");
        try (LambdaClient lambda = suite.lambda()) {
            FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;"));
        }
        assertThat(aws("publish-version", "--function-name", name)).contains("\"Version\": \"1\"");
        aws("wait", "published-version-active", "--function-name", name, "--qualifier", "1");
        aws("create-alias", "--function-name", name, "--name", "live", "--function-version", "1");
        assertThat(aws("list-aliases", "--function-name", name)).contains("\"Name\": \"live\"");
        assertThat(aws("list-versions-by-function", "--function-name", name)).contains("$LATEST", "\"Version\": \"1\"");
        aws("update-alias", "--function-name", name, "--name", "live", "--function-version", "$LATEST");
        assertThat(aws("get-alias", "--function-name", name, "--name", "live")).contains("$LATEST");
        aws("delete-alias", "--function-name", name, "--name", "live");
        aws("delete-function", "--function-name", name);
    }

    private static String invoke(LambdaClient lambda, String name, String qualifier) {
        return lambda.invoke(invoke -> invoke.functionName(name).qualifier(qualifier))
                .payload()
                .asUtf8String();
    }

    private String aws(String... arguments) {
        String[] command = new String[arguments.length + 2];
        command[0] = "aws";
        command[1] = "lambda";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        var ran = suite.client(LIMIT, command);
        assertThat(ran.exitCode()).as("%s", ran.output()).isZero();
        return ran.output();
    }
}
