package dev.mayfly.registry.rules;

import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertRefused;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.Cors;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.InvokeMode;
import software.amazon.awssdk.services.lambda.model.RecursiveLoop;

class UrlsAndSettingsTest extends RulesFixture {

    @Test
    void lifeOfAFunctionUrl() {
        var created = lambda.createFunctionUrlConfig(request -> request.functionName(name)
                .authType(FunctionUrlAuthType.AWS_IAM)
                .cors(cors -> cors.allowOrigins("https://example.com").maxAge(60)));
        assertThat(created.functionUrl())
                .matches("http://[0-9a-f]{32}\\.lambda-url\\.us-east-1\\.gateway\\.test:8080/");
        assertThat(created.functionArn()).isEqualTo(arn());
        assertThat(created.invokeMode()).isEqualTo(InvokeMode.BUFFERED);
        assertRefused(
                () -> lambda.createFunctionUrlConfig(
                        request -> request.functionName(name).authType(FunctionUrlAuthType.NONE)),
                409,
                "ResourceConflictException",
                "FunctionUrlConfig exists");
        var updated = lambda.updateFunctionUrlConfig(
                request -> request.functionName(name).invokeMode(InvokeMode.RESPONSE_STREAM));
        assertThat(updated.functionUrl()).isEqualTo(created.functionUrl());
        assertThat(updated.cors().allowOrigins()).containsExactly("https://example.com");
        assertThat(updated.authType()).isEqualTo(FunctionUrlAuthType.AWS_IAM);
        lambda.updateFunctionUrlConfig(
                request -> request.functionName(name).cors(Cors.builder().build()));
        assertThat(lambda.getFunctionUrlConfig(request -> request.functionName(name))
                        .cors())
                .isNull();

        publish(1);
        alias("live", 1);
        lambda.createFunctionUrlConfig(
                request -> request.functionName(name).qualifier("live").authType(FunctionUrlAuthType.NONE));
        assertThat(lambda.listFunctionUrlConfigsPaginator(
                                request -> request.functionName(name).maxItems(1))
                        .functionUrlConfigs())
                .extracting(config -> config.functionArn())
                .containsExactlyInAnyOrder(arn(), arn() + ":live");
        lambda.deleteFunctionUrlConfig(request -> request.functionName(name));
        assertMissing(
                () -> lambda.getFunctionUrlConfig(request -> request.functionName(name)),
                "The resource you requested does not exist.");
        assertMissing(() -> lambda.deleteFunctionUrlConfig(request -> request.functionName(name)), "does not exist");
        assertMissing(
                () -> lambda.updateFunctionUrlConfig(
                        request -> request.functionName(name).authType(FunctionUrlAuthType.NONE)),
                "does not exist");
    }

    @Test
    void whatIsNoUrlIsRefused() {
        assertViolation(
                () -> lambda.createFunctionUrlConfig(request -> request.functionName(name)),
                "Value null at 'authType'");
        assertViolation(
                () -> lambda.createFunctionUrlConfig(
                        request -> request.functionName(name).authType("SOME")),
                "enum value set");
        publish(1);
        assertViolation(
                () -> lambda.createFunctionUrlConfig(
                        request -> request.functionName(name).qualifier("1").authType(FunctionUrlAuthType.NONE)),
                "'qualifier'");
        assertViolation(() -> cors(cors -> cors.maxAge(86401)), "'cors.maxAge'");
        assertViolation(() -> cors(cors -> cors.allowOrigins("x".repeat(254))), "'cors.allowOrigins.1.member'");
        assertInvalid(() -> cors(cors -> cors.allowMethods("TRACE")), "AllowMethods");
    }

    private void cors(Consumer<Cors.Builder> cors) {
        lambda.createFunctionUrlConfig(request ->
                request.functionName(name).authType(FunctionUrlAuthType.NONE).cors(cors));
    }

    @Test
    void settingsAreKept() {
        assertThat(lambda.getFunctionRecursionConfig(request -> request.functionName(name))
                        .recursiveLoop())
                .isEqualTo(RecursiveLoop.TERMINATE);
        assertThat(rules().allowsRecursion()).isFalse();
        lambda.putFunctionRecursionConfig(request -> request.functionName(name).recursiveLoop(RecursiveLoop.ALLOW));
        assertThat(rules().allowsRecursion()).isTrue();
        assertThat(lambda.getFunctionRecursionConfig(request -> request.functionName(name))
                        .recursiveLoop())
                .isEqualTo(RecursiveLoop.ALLOW);
        assertViolation(
                () -> lambda.putFunctionRecursionConfig(
                        request -> request.functionName(name).recursiveLoop("Maybe")),
                "'recursiveLoop'");
    }

    @Test
    void whatThereIsNoneOfIsSaidByName() {
        assertThat(lambda.listCodeSigningConfigs(request -> {}).codeSigningConfigs())
                .isEmpty();
        assertThat(send("GET", "/2025-11-30/capacity-providers", "").body()).isEqualTo("{\"CapacityProviders\":[]}");
        var none = lambda.getFunctionCodeSigningConfig(request -> request.functionName(name));
        assertThat(none.functionName()).isEqualTo(name);
        assertThat(none.codeSigningConfigArn()).isNull();
        lambda.deleteFunctionCodeSigningConfig(request -> request.functionName(name));
        String csc = "arn:aws:lambda:us-east-1:" + ACCOUNT + ":code-signing-config:csc-0123456789abcdef0";
        assertRefused(
                () -> lambda.putFunctionCodeSigningConfig(
                        request -> request.functionName(name).codeSigningConfigArn(csc)),
                404,
                "CodeSigningConfigNotFoundException",
                "no code signing");
        assertInvalid(
                () -> lambda.createCodeSigningConfig(request -> request.allowedPublishers(publishers ->
                        publishers.signingProfileVersionArns("arn:aws:signer:us-east-1:" + ACCOUNT + ":/x/y/z"))),
                "CreateCodeSigningConfig: Mayfly has no code signing");
        assertMissing(
                () -> lambda.getCodeSigningConfig(request -> request.codeSigningConfigArn(csc)), "no code signing");
        assertMissing(
                () -> lambda.tagResource(request -> request.resource(csc).tags(Map.of("a", "b"))),
                "no resources of the kind code-signing-config");
        assertThat(errorType("/2025-11-30/functions/" + name + "/function-scaling-config?Qualifier=1"))
                .isEqualTo("InvalidParameterValueException");
        assertThat(errorType("/2025-11-30/capacity-providers/x")).isEqualTo("ResourceNotFoundException");
        assertThat(errorType("/2025-12-01/functions/" + name + "/durable-executions"))
                .isEqualTo("InvalidParameterValueException");
        assertThat(errorType("/2015-03-31/nothing")).isEqualTo("UnknownOperationException");
    }

    private String errorType(String path) {
        return send("GET", path, "").headers().firstValue("x-amzn-ErrorType").orElse("none");
    }
}
