package dev.mayfly.acceptance;

import static dev.mayfly.testing.Refusals.assertConflict;
import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.InvokeMode;

/** Create-, Get-, Update-, Delete- and ListFunctionUrlConfig(s) with the AWS SDK. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiFunctionUrlTest {
    private final String name = FunctionFixtures.uniqueName("url");
    private LambdaClient lambda;

    @BeforeAll
    void deploy() {
        lambda = RunningSuite.get().lambda();
        lambda.createFunction(FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;")
                .build());
    }

    @AfterAll
    void close() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }

    @Test
    void lifeOfAUrl() {
        var created = lambda.createFunctionUrlConfig(request -> request.functionName(name)
                .authType(FunctionUrlAuthType.AWS_IAM)
                .cors(cors -> cors.allowOrigins("*").allowMethods("GET").maxAge(60)));
        assertThat(created.functionUrl())
                .matches("http://[0-9a-f]{32}\\.lambda-url\\.us-east-1\\.localhost:"
                        + RunningSuite.get().endpoint().getPort() + "/");
        assertConflict(
                () -> lambda.createFunctionUrlConfig(
                        request -> request.functionName(name).authType(FunctionUrlAuthType.NONE)),
                "FunctionUrlConfig exists");
        lambda.updateFunctionUrlConfig(request ->
                request.functionName(name).authType(FunctionUrlAuthType.NONE).invokeMode(InvokeMode.RESPONSE_STREAM));
        var got = lambda.getFunctionUrlConfig(request -> request.functionName(name));
        assertThat(got.functionUrl()).isEqualTo(created.functionUrl());
        assertThat(got.authType()).isEqualTo(FunctionUrlAuthType.NONE);
        assertThat(got.invokeMode()).isEqualTo(InvokeMode.RESPONSE_STREAM);
        assertThat(got.cors().allowOrigins()).containsExactly("*");
        assertThat(lambda.listFunctionUrlConfigs(request -> request.functionName(name))
                        .functionUrlConfigs())
                .hasSize(1);
        lambda.deleteFunctionUrlConfig(request -> request.functionName(name));
        assertMissing(() -> lambda.getFunctionUrlConfig(request -> request.functionName(name)), "does not exist");
        assertMissing(() -> lambda.deleteFunctionUrlConfig(request -> request.functionName(name)), "does not exist");
    }

    @Test
    void whatIsNoUrlIsRefused() {
        assertViolation(() -> lambda.createFunctionUrlConfig(request -> request.functionName(name)), "authType");
        assertViolation(
                () -> lambda.createFunctionUrlConfig(request -> request.functionName(name)
                        .authType(FunctionUrlAuthType.NONE)
                        .cors(cors -> cors.maxAge(86_401))),
                "cors.maxAge");
        assertInvalid(
                () -> lambda.createFunctionUrlConfig(request -> request.functionName(name)
                        .authType(FunctionUrlAuthType.NONE)
                        .cors(cors -> cors.allowMethods("TRACE"))),
                "AllowMethods");
        assertMissing(
                () -> lambda.createFunctionUrlConfig(
                        request -> request.functionName(name).qualifier("none").authType(FunctionUrlAuthType.NONE)),
                "Function not found");
    }
}
