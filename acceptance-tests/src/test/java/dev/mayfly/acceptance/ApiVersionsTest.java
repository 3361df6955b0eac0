package dev.mayfly.acceptance;

import static dev.mayfly.testing.Refusals.assertConflict;
import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertRefused;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/** PublishVersion and the operations on aliases with the AWS SDK. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiVersionsTest {
    private final String name = FunctionFixtures.uniqueName("versions");
    private LambdaClient lambda;

    @BeforeAll
    void deploy() {
        lambda = RunningSuite.get().lambda();
        FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;"));
    }

    @AfterAll
    void close() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }

    private String publish(String description) {
        lambda.updateFunctionConfiguration(request -> request.functionName(name).description(description));
        return lambda.publishVersion(request -> request.functionName(name)).version();
    }

    @Test
    void aliasesNameVersions() {
        String first = publish("first");
        String second = publish("second");
        assertThat(lambda.listVersionsByFunctionPaginator(
                                request -> request.functionName(name).maxItems(1))
                        .versions())
                .extracting(FunctionConfiguration::version)
                .contains("$LATEST", first, second);
        var created = lambda.createAlias(
                request -> request.functionName(name).name("live").functionVersion(first));
        assertThat(created.aliasArn()).endsWith(":function:" + name + ":live");
        assertConflict(
                () -> lambda.createAlias(
                        request -> request.functionName(name).name("live").functionVersion(first)),
                "");
        var updated = lambda.updateAlias(request -> request.functionName(name)
                .name("live")
                .revisionId(created.revisionId())
                .routingConfig(routing -> routing.additionalVersionWeights(Map.of(second, 0.1))));
        assertThat(updated.routingConfig().additionalVersionWeights()).isEqualTo(Map.of(second, 0.1));
        assertRefused(
                () -> lambda.updateAlias(
                        request -> request.functionName(name).name("live").revisionId(created.revisionId())),
                412,
                "PreconditionFailedException",
                "");
        assertThat(lambda.getAlias(request -> request.functionName(name).name("live"))
                        .functionVersion())
                .isEqualTo(first);
        assertThat(lambda.listAliases(request -> request.functionName(name).functionVersion(first))
                        .aliases())
                .hasSize(1);
        assertThat(lambda.invoke(request -> request.functionName(name).qualifier("live"))
                        .executedVersion())
                .isIn(first, second);
        assertConflict(
                () -> lambda.deleteFunction(
                        request -> request.functionName(name).qualifier(first)),
                "");
        lambda.deleteAlias(request -> request.functionName(name).name("live"));
        assertMissing(
                () -> lambda.getAlias(request -> request.functionName(name).name("live")), "");
    }

    @Test
    void whatIsNoVersionOrAliasIsRefused() {
        assertInvalid(
                () -> lambda.publishVersion(request ->
                        request.functionName(name).codeSha256("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
                "");
        assertRefused(
                () -> lambda.publishVersion(
                        request -> request.functionName(name).revisionId("old")),
                412,
                "PreconditionFailedException",
                "");
        assertViolation(
                () -> lambda.createAlias(
                        request -> request.functionName(name).name("12").functionVersion("1")),
                "");
        assertMissing(
                () -> lambda.createAlias(
                        request -> request.functionName(name).name("nothing").functionVersion("999")),
                "");
        assertMissing(() -> lambda.publishVersion(request -> request.functionName("nobody")), "Function not found");
    }
}
