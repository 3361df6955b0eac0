package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.PackageType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Functions with AWS's own runtime clients, unmodified, in every tier: answer, context, state between invocations, error. What the
 * machine lacks (a tier, a compiler, a registry) aborts its part with the reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RuntimeClientsTest {
    private static final List<String> TIERS = List.of("container", "gvisor", "microvm");

    private final RunningSuite suite = RunningSuite.get();
    private final Map<String, String[]> tiers = new HashMap<>();

    @BeforeAll
    void awaitTiers() throws IOException {
        Path told = suite.home().resolve("data/sandbox-host/tiers");
        await().atMost(Duration.ofMinutes(10))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> Files.exists(told) && !Files.readString(told).contains("\tchecking\t"));
        Files.readAllLines(told).stream().map(line -> line.split("\t", 3)).forEach(line -> tiers.put(line[0], line));
    }

    private interface Deployment {
        CreateFunctionRequest.Builder named(String name) throws IOException;
    }

    private Stream<DynamicTest> inEachTier(TestReporter reporter, String stem, Deployment function) {
        return TIERS.stream()
                .map(tier -> DynamicTest.dynamicTest(tier, () -> {
                    if (!tiers.get(tier)[1].equals("yes")) {
                        reporter.publishEntry("tier " + tier + " is not tested here", tiers.get(tier)[2]);
                        abort("this machine does not run " + tier + ": " + tiers.get(tier)[2]);
                    }
                    try (var lambda = suite.lambda()) {
                        String name = FunctionFixtures.uniqueName(stem);
                        FunctionFixtures.deploy(lambda, function.named(name).tags(Map.of("mayfly:isolation", tier)));
                        answersAsItsClientDoes(lambda, name);
                        lambda.deleteFunction(request -> request.functionName(name));
                    }
                }));
    }

    private static void answersAsItsClientDoes(LambdaClient lambda, String name) {
        for (int call = 1; call <= 2; call++) {
            var response = invoke(lambda, name, "{\"name\":\"wörld\"}");
            JsonNode answer = JsonMapper.shared().readTree(response.payload().asUtf8String());
            assertThat(response.functionError()).as(answer.toString()).isNull();
            assertThat(answer.get("name").asString()).isEqualTo("wörld");
            assertThat(answer.get("calls").asInt()).isEqualTo(call);
            assertThat(answer.get("requestId").asString())
                    .isEqualTo(response.responseMetadata().requestId());
            assertThat(answer.get("arn").asString()).endsWith(":" + RunningSuite.ACCOUNT + ":function:" + name);
        }
        var failed = invoke(lambda, name, "{\"fail\":true}");
        assertThat(failed.functionError()).isEqualTo("Unhandled");
        assertThat(JsonMapper.shared()
                        .readTree(failed.payload().asUtf8String())
                        .get("errorMessage")
                        .asString())
                .isEqualTo("as asked");
    }

    private static InvokeResponse invoke(LambdaClient lambda, String name, String event) {
        return lambda.invoke(request -> request.functionName(name).payload(SdkBytes.fromUtf8String(event)));
    }

    /** Software emulation makes an init of an interpreter take many seconds. */
    private static CreateFunctionRequest.Builder provided(String name, byte[] zip) {
        return FunctionFixtures.function(name, "provided.al2023", "app.handler", zip)
                .memorySize(1024)
                .timeout(60);
    }

    @TestFactory
    Stream<DynamicTest> aShellScript(TestReporter reporter) {
        return inEachTier(reporter, "client-shell", name -> provided(name, RuntimeClients.shell()));
    }

    @TestFactory
    Stream<DynamicTest> theClientForGo(TestReporter reporter) {
        return inEachTier(reporter, "client-go", name -> provided(name, RuntimeClients.go()));
    }

    @TestFactory
    Stream<DynamicTest> theClientForPython(TestReporter reporter) {
        return inEachTier(reporter, "client-python", name -> provided(name, RuntimeClients.python()));
    }

    @TestFactory
    Stream<DynamicTest> theClientForNode(TestReporter reporter) {
        return inEachTier(reporter, "client-node", name -> provided(name, RuntimeClients.node()));
    }

    @TestFactory
    Stream<DynamicTest> theClientForJavaWhichIsItsRuntime(TestReporter reporter) {
        return inEachTier(
                reporter,
                "client-java",
                name -> FunctionFixtures.function(name, "java25", "Hello", RuntimeClients.java())
                        .memorySize(512)
                        .timeout(60));
    }

    @TestFactory
    Stream<DynamicTest> anImageOfNothingButItsClient(TestReporter reporter) {
        String bucket = FunctionFixtures.uniqueName("client-images");
        try (var s3 = suite.s3()) {
            s3.createBucket(request -> request.bucket(bucket));
            s3.putObject(
                    request -> request.bucket(bucket).key("hello.tar"), RequestBody.fromBytes(RuntimeClients.image()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return inEachTier(
                reporter,
                "client-image",
                name -> CreateFunctionRequest.builder()
                        .functionName(name)
                        .packageType(PackageType.IMAGE)
                        .code(code -> code.imageUri("s3://" + bucket + "/hello.tar"))
                        .role(RunningSuite.ROLE)
                        .memorySize(1024)
                        .timeout(60));
    }
}
