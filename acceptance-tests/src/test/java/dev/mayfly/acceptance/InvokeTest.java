package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Functions of every runtime, and functions that misbehave, invoked with the AWS SDK. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InvokeTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private LambdaClient lambda;

    @BeforeAll
    void start() {
        lambda = RunningSuite.get().lambda();
    }

    @AfterAll
    void close() {
        lambda.close();
    }

    private InvokeResponse invoke(String name, String event) {
        return lambda.invoke(
                request -> request.functionName(name).logType(LogType.TAIL).payload(SdkBytes.fromUtf8String(event)));
    }

    private static JsonNode json(InvokeResponse response) {
        return JSON.readTree(response.payload().asByteArray());
    }

    private static String log(InvokeResponse response) {
        return new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8);
    }

    private String deploySource(String stem, String commonJs) {
        return FunctionFixtures.deploy(
                lambda,
                FunctionFixtures.nodeSource(FunctionFixtures.uniqueName(stem), commonJs)
                        .timeout(3));
    }

    /** Shows that the platform is unharmed: another function still answers. */
    private void assertPlatformUnharmed() {
        String name = deploySource("after", "exports.handler = async () => 'fine';");
        assertThat(invoke(name, "{}").payload().asUtf8String()).isEqualTo("\"fine\"");
    }

    @Test
    void node() {
        var zip = FunctionFixtures.example("hello-node", "index.mjs");
        String name = FunctionFixtures.deploy(lambda, FunctionFixtures.node(FunctionFixtures.uniqueName("node"), zip));
        var response = invoke(name, "{\"name\":\"Ada\"}");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.functionError()).isNull();
        assertThat(response.executedVersion()).isEqualTo("$LATEST");
        assertThat(json(response).get("message").asString()).isEqualTo("Hello, Ada!");
        String requestId = response.responseMetadata().requestId();
        assertThat(json(response).get("requestId").asString()).isEqualTo(requestId);
        assertThat(log(response))
                .contains("START RequestId: " + requestId)
                .contains("hello from " + name)
                .contains("END RequestId: " + requestId)
                .contains("REPORT RequestId: " + requestId);
    }

    @Test
    void python() {
        var zip = FunctionFixtures.example("hello-python", "lambda_function.py");
        String name = FunctionFixtures.deploy(
                lambda,
                FunctionFixtures.function(
                        FunctionFixtures.uniqueName("python"), "python3.11", "lambda_function.lambda_handler", zip));
        var response = invoke(name, "{\"name\":\"Grace\"}");
        assertThat(json(response).get("message").asString()).isEqualTo("Hello, Grace!");
        assertThat(log(response)).contains("hello from " + name);
    }

    @Test
    void webAssembly() {
        var zip = FunctionFixtures.example("hello-wasm", "hello.wasm");
        String name = FunctionFixtures.deploy(
                lambda,
                FunctionFixtures.function(FunctionFixtures.uniqueName("wasm"), "wasm32-wasip1", "hello.wasm", zip));
        var response = invoke(name, "{\"a\": \"\\u00e9\"}");
        assertThat(json(response).get("message").asString()).isEqualTo("Hello from WebAssembly!");
        assertThat(json(response).get("event").asString()).isEqualTo("{\"a\": \"\\u00e9\"}");
        assertThat(log(response)).contains("hello from WebAssembly");
    }

    @Test
    void customRuntime() {
        var zip = FunctionFixtures.example("hello-bootstrap", "bootstrap");
        String name = FunctionFixtures.deploy(
                lambda,
                FunctionFixtures.function(FunctionFixtures.uniqueName("shell"), "provided.al2023", "bootstrap", zip));
        var response = invoke(name, "{\"n\":1}");
        assertThat(json(response).get("shell").asString()).isEqualTo("bash");
        assertThat(json(response).get("event").get("n").asInt()).isEqualTo(1);
    }

    @Test
    void updatedCodeIsWhatRunsNext() {
        String name = deploySource("update", "exports.handler = async () => 1;");
        assertThat(invoke(name, "{}").payload().asUtf8String()).isEqualTo("1");
        lambda.updateFunctionCode(request -> request.functionName(name)
                .zipFile(SdkBytes.fromByteArray(
                        FunctionFixtures.zipOf("index.js", "exports.handler = async () => 2;"))));
        try (var waiter = lambda.waiter()) {
            waiter.waitUntilFunctionUpdatedV2(request -> request.functionName(name));
        }
        assertThat(invoke(name, "{}").payload().asUtf8String()).isEqualTo("2");
        lambda.deleteFunction(request -> request.functionName(name));
        assertThatThrownBy(() -> invoke(name, "{}")).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void dryRunAndEvent() {
        String name = deploySource("types", "exports.handler = async () => 1;");
        assertThat(lambda.invoke(request -> request.functionName(name).invocationType("DryRun"))
                        .statusCode())
                .isEqualTo(204);
        assertThat(lambda.invoke(request -> request.functionName(name)
                                .invocationType("Event")
                                .payload(SdkBytes.fromUtf8String("{}")))
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void functionsThatFailTellTheirCallerHow() {
        var thrown =
                invoke(deploySource("throws", "exports.handler = async () => { throw new TypeError('no'); };"), "{}");
        assertThat(thrown.functionError()).isEqualTo("Unhandled");
        assertThat(json(thrown).get("errorType").asString()).isEqualTo("TypeError");
        assertThat(json(thrown).get("errorMessage").asString()).isEqualTo("no");

        var exited = invoke(deploySource("exits", "exports.handler = async () => { process.exit(3); };"), "{}");
        assertThat(exited.functionError()).isEqualTo("Unhandled");
        assertThat(json(exited).get("errorType").asString()).isEqualTo("Runtime.ExitError");

        var missing = invoke(deploySource("no-handler", "exports.other = 1;"), "{}");
        assertThat(json(missing).get("errorType").asString()).isEqualTo("Runtime.HandlerNotFound");

        var syntax = invoke(deploySource("syntax", "exports.handler = async ( => {"), "{}");
        assertThat(json(syntax).get("errorType").asString()).isEqualTo("Runtime.UserCodeSyntaxError");
        assertPlatformUnharmed();
    }

    @Test
    void functionsThatNeverReturnAreEnded() {
        String name = deploySource("loops", "exports.handler = async e => { if (e.loop) for (;;); return 'ok'; };");
        var response = invoke(name, "{\"loop\":true}");
        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(json(response).get("errorType").asString()).isEqualTo("Sandbox.Timedout");
        assertThat(json(response).get("errorMessage").asString()).contains("Task timed out after 3.00 seconds");
        assertThat(invoke(name, "{}").payload().asUtf8String()).isEqualTo("\"ok\"");
    }

    @Test
    void memoryHogsAreKilled() {
        // Where every page fault goes through a kernel in user space, filling the memory takes a while.
        String name = FunctionFixtures.deploy(
                lambda,
                FunctionFixtures.nodeSource(FunctionFixtures.uniqueName("hog"), """
                exports.handler = async e => {
                  if (!e.hog) return 'ok';
                  const all = [];
                  for (;;) all.push(Buffer.alloc(16 << 20, 1));
                };""")
                        .timeout(30));
        var response = invoke(name, "{\"hog\":true}");
        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(json(response).get("errorType").asString()).isIn("Runtime.OutOfMemory", "Runtime.ExitError");
        assertThat(invoke(name, "{}").payload().asUtf8String()).isEqualTo("\"ok\"");
    }

    @Test
    void forkBombsStayInTheirSandbox() {
        String name = deploySource("forks", """
                const { spawn } = require('child_process');
                exports.handler = async () => {
                  let failed = 0;
                  for (let i = 0; i < 2000; i++) {
                    try { spawn('/bin/sleep', ['100']).on('error', () => failed++); } catch (e) { failed++; }
                  }
                  await new Promise(resolve => setTimeout(resolve, 500));
                  return failed > 0;
                };""");
        var response = invoke(name, "{}");
        assertThat(response.functionError() != null
                        || response.payload().asUtf8String().equals("true"))
                .isTrue();
        assertPlatformUnharmed();
    }

    @Test
    void floodsOfOutputAreBounded() {
        String name = deploySource("flood", """
                exports.handler = async () => {
                  const line = 'x'.repeat(1 << 20) + '\\n';
                  for (let i = 0; i < 1024; i++) process.stdout.write(line);
                  return 'done';
                };""");
        var response = invoke(name, "{}");
        assertThat(response.sdkHttpResponse().statusCode()).isEqualTo(200);
        assertThat(response.logResult().length()).isLessThanOrEqualTo(4 * 4096 / 3 + 4);
        assertPlatformUnharmed();
    }

    @Test
    void answersAndEventsHaveLimits() {
        var large = invoke(deploySource("large", "exports.handler = async () => 'x'.repeat(7 << 20);"), "{}");
        assertThat(large.functionError()).isEqualTo("Unhandled");
        assertThat(json(large).get("errorType").asString()).isEqualTo("Function.ResponseSizeTooLarge");

        String echo = deploySource("echo", "exports.handler = async e => e.length;");
        assertThat(invoke(echo, "\"" + "x".repeat(5 << 20) + "\"").payload().asUtf8String())
                .isEqualTo(Integer.toString(5 << 20));
        assertThatThrownBy(() -> invoke(echo, "\"" + "x".repeat(7 << 20) + "\""))
                .isInstanceOfSatisfying(LambdaException.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(413);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("RequestTooLargeException");
                });
        assertThatThrownBy(() -> invoke(echo, "{not json"))
                .isInstanceOfSatisfying(
                        LambdaException.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InvalidRequestContentException"));
    }

    @Test
    void environmentIsAsLambdaDocumentsIt() {
        String name = FunctionFixtures.deploy(
                lambda,
                FunctionFixtures.nodeSource(
                                FunctionFixtures.uniqueName("env"), "exports.handler = async () => process.env;")
                        .environment(environment -> environment.variables(java.util.Map.of("COLOUR", "green"))));
        var environment = json(invoke(name, "{}"));
        assertThat(environment.get("COLOUR").asString()).isEqualTo("green");
        assertThat(environment.get("AWS_LAMBDA_FUNCTION_NAME").asString()).isEqualTo(name);
        assertThat(environment.get("AWS_LAMBDA_FUNCTION_VERSION").asString()).isEqualTo("$LATEST");
        assertThat(environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").asString())
                .isEqualTo("256");
        assertThat(environment.get("AWS_REGION").asString()).isEqualTo("us-east-1");
        assertThat(environment.get("LAMBDA_TASK_ROOT").asString()).isEqualTo("/var/task");
        assertThat(environment.get("_HANDLER").asString()).isEqualTo("index.handler");
        for (String secret : java.util.List.of("MAYFLY_TRUST_KEY", "MAYFLY_MASTER_KEY", "MAYFLY_DATABASE_PASSWORD")) {
            assertThat(environment.has(secret)).as(secret).isFalse();
        }
    }
}
