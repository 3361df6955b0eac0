package dev.mayfly.acceptance;

import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertRefused;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.RecursiveLoop;
import software.amazon.awssdk.services.lambda.model.UpdateRuntimeOn;

/** Tags, recursion, runtime management, and what Mayfly has none of, with the AWS SDK and bare requests. */
class ApiSettingsTest extends ApiFixture {
    private static final String SIGNING =
            "arn:aws:lambda:us-east-1:" + RunningSuite.ACCOUNT + ":code-signing-config:csc-0123456789abcdef0";

    @Test
    void tags() {
        lambda.tagResource(request -> request.resource(arn).tags(Map.of("team", "blue", "old", "1")));
        lambda.untagResource(request -> request.resource(arn).tagKeys("old"));
        assertThat(lambda.listTags(request -> request.resource(arn)).tags()).isEqualTo(Map.of("team", "blue"));
        var many = IntStream.range(0, 51).boxed().collect(Collectors.toMap(i -> "t" + i, i -> "x"));
        assertInvalid(() -> lambda.tagResource(request -> request.resource(arn).tags(many)), "50");
        assertInvalid(() -> lambda.tagResource(request -> request.resource(arn).tags(Map.of("aws:x", "y"))), "aws:");
        assertInvalid(
                () -> lambda.tagResource(request -> request.resource(arn + ":1").tags(Map.of("a", "b"))),
                "Tags on function aliases and versions are not supported");
        assertViolation(() -> lambda.listTags(request -> request.resource("function")), "resource");
        assertMissing(() -> lambda.listTags(request -> request.resource(arn + "-nobody")), "Function not found");
        assertMissing(
                () -> lambda.listTags(request -> request.resource(
                        arn.replace("function:" + name, "event-source-mapping:00000000-0000-0000-0000-000000000000"))),
                "");
        assertMissing(() -> lambda.listTags(request -> request.resource(SIGNING)), "code-signing-config");
        assertRefused(
                () -> lambda.listTags(request -> request.resource(arn.replace(RunningSuite.ACCOUNT, "111122223333"))),
                403,
                "AccessDeniedException",
                "another account");
    }

    @Test
    void recursionAndRuntimeManagement() {
        assertThat(lambda.getFunctionRecursionConfig(request -> request.functionName(name))
                        .recursiveLoop())
                .isEqualTo(RecursiveLoop.TERMINATE);
        assertThat(lambda.putFunctionRecursionConfig(
                                request -> request.functionName(name).recursiveLoop(RecursiveLoop.ALLOW))
                        .recursiveLoop())
                .isEqualTo(RecursiveLoop.ALLOW);
        assertViolation(
                () -> lambda.putFunctionRecursionConfig(
                        request -> request.functionName(name).recursiveLoop("Never")),
                "recursiveLoop");
        var runtime = lambda.getRuntimeManagementConfig(request -> request.functionName(name));
        assertThat(runtime.updateRuntimeOn()).isEqualTo(UpdateRuntimeOn.AUTO);
        assertThat(runtime.functionArn()).isEqualTo(arn + ":$LATEST");
        lambda.putRuntimeManagementConfig(
                request -> request.functionName(name).updateRuntimeOn(UpdateRuntimeOn.FUNCTION_UPDATE));
        assertThat(lambda.getRuntimeManagementConfig(request -> request.functionName(name))
                        .updateRuntimeOn())
                .isEqualTo(UpdateRuntimeOn.FUNCTION_UPDATE);
        assertInvalid(
                () -> lambda.putRuntimeManagementConfig(request -> request.functionName(name)
                        .updateRuntimeOn(UpdateRuntimeOn.MANUAL)
                        .runtimeVersionArn("arn:aws:lambda:us-east-1::runtime:0123456789")),
                "deploy an image");
    }

    @Test
    void eventSourceMappingsOfAFunction() {
        assertThat(lambda.listEventSourceMappings(request -> request.functionName(name))
                        .eventSourceMappings())
                .isEmpty();
        assertMissing(
                () -> lambda.updateEventSourceMapping(request ->
                        request.uuid("00000000-0000-0000-0000-000000000000").batchSize(5)),
                "");
    }

    /** ListCapacityProviders is newer than the SDK. */
    @Test
    void whatThereIsNoneOf() {
        assertThat(lambda.listCodeSigningConfigs(request -> {}).codeSigningConfigs())
                .isEmpty();
        assertThat(lambda.getFunctionCodeSigningConfig(request -> request.functionName(name))
                        .functionName())
                .isEqualTo(name);
        lambda.deleteFunctionCodeSigningConfig(request -> request.functionName(name));
        assertRefused(
                () -> lambda.putFunctionCodeSigningConfig(
                        request -> request.functionName(name).codeSigningConfigArn(SIGNING)),
                404,
                "CodeSigningConfigNotFoundException",
                "PutFunctionCodeSigningConfig: Mayfly has no code signing");
        assertMissing(
                () -> lambda.deleteCodeSigningConfig(request -> request.codeSigningConfigArn(SIGNING)),
                "no code signing");
        assertMissing(
                () -> lambda.listFunctionsByCodeSigningConfig(request -> request.codeSigningConfigArn(SIGNING)),
                "no code signing");
        assertThat(SignedRequests.send("GET", "/2025-11-30/capacity-providers", "")
                        .body())
                .isEqualTo("{\"CapacityProviders\":[]}");
        var durable = SignedRequests.send("GET", "/2025-12-01/functions/" + name + "/durable-executions", "");
        assertThat(durable.statusCode()).isEqualTo(400);
        assertThat(durable.body()).contains("ListDurableExecutionsByFunction: Mayfly has no durable executions");
    }
}
