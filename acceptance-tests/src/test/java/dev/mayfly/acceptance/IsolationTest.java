package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One zip in every tier that takes it, moved by its tag alone. What the machine cannot run is aborted with the host's reason,
 * which is also in the test's report.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationTest {
    private static final String TAG = "mayfly:isolation";
    private static final List<String> PROCESS_TIERS = List.of("container", "gvisor", "microvm");
    private static final byte[] ZIP = FunctionFixtures.zipOf(
            "index.js",
            "let calls = 0; exports.handler = async event => ({ ...event, calls: ++calls, kernel: require('os').release() });");

    /** A first guest image is built meanwhile. */
    private static final Duration UNTIL_ALL_ARE_TRIED = Duration.ofMinutes(10);

    private final RunningSuite suite = RunningSuite.get();
    private final Map<String, String[]> tiers = new TreeMap<>();

    @BeforeAll
    void awaitTiers() {
        Path told = suite.home().resolve("data/sandbox-host/tiers");
        await().atMost(UNTIL_ALL_ARE_TRIED)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> Files.exists(told) && !Files.readString(told).contains("\tchecking\t"));
        try {
            for (String line : Files.readAllLines(told)) {
                String[] fields = line.split("\t", 3);
                tiers.put(fields[0], fields);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        assertThat(tiers).containsOnlyKeys("wasm", "container", "gvisor", "microvm");
    }

    private boolean isOffered(String tier) {
        return tiers.get(tier)[1].equals("yes");
    }

    private void needs(String tier, TestReporter reporter) {
        if (!isOffered(tier)) {
            reporter.publishEntry("tier " + tier + " is not tested here", tiers.get(tier)[2]);
            abort("this machine does not run " + tier + ": " + tiers.get(tier)[2]);
        }
    }

    private static String arn(String account, String name) {
        return "arn:aws:lambda:us-east-1:" + account + ":function:" + name;
    }

    private static JsonNode answer(InvokeResponse response) {
        assertThat(response.functionError())
                .as(response.payload().asUtf8String())
                .isNull();
        return JsonMapper.shared().readTree(response.payload().asUtf8String());
    }

    private static InvokeResponse invoke(LambdaClient lambda, String name) {
        return lambda.invoke(request -> request.functionName(name).payload(SdkBytes.fromUtf8String("{\"a\":1}")));
    }

    /** The tier that the ledger names for a request. */
    private String billedTier(String name, String requestId) {
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            var body = suite.get("/v1/usage/lines?limit=1000&resource=" + name, "application/json")
                                    .body();
                            for (JsonNode line :
                                    JsonMapper.shared().readTree(body).get("lines")) {
                                if (line.get("requestId").asString().equals(requestId)) {
                                    return line.get("tier").asString();
                                }
                            }
                            return "";
                        },
                        tier -> !tier.isEmpty());
    }

    @TestFactory
    Stream<DynamicTest> theSameZipAnswersInEachTier(TestReporter reporter) {
        String name = FunctionFixtures.uniqueName("tiers");
        String first =
                PROCESS_TIERS.stream().filter(this::isOffered).findFirst().orElse("container");
        return PROCESS_TIERS.stream()
                .map(tier -> DynamicTest.dynamicTest(tier, () -> {
                    needs(tier, reporter);
                    try (var lambda = suite.lambda()) {
                        if (tier.equals(first)) {
                            FunctionFixtures.deploy(
                                    lambda,
                                    FunctionFixtures.node(name, ZIP).timeout(30).tags(Map.of(TAG, tier)));
                        } else {
                            lambda.tagResource(tag -> tag.resource(arn(RunningSuite.ACCOUNT, name))
                                    .tags(Map.of(TAG, tier)));
                        }
                        var cold = invoke(lambda, name);
                        assertThat(answer(cold).get("a").asInt()).isEqualTo(1);
                        assertThat(answer(cold).get("calls").asInt()).isEqualTo(1);
                        assertThat(answer(invoke(lambda, name)).get("calls").asInt())
                                .isEqualTo(2);
                        assertThat(billedTier(name, cold.responseMetadata().requestId()))
                                .isEqualTo(tier);
                    }
                }));
    }

    @Test
    void theAwsCliMovesAFunctionByItsTagAlone(@TempDir Path folder) throws IOException {
        FunctionFixtures.requireAwsCli();
        String name = FunctionFixtures.uniqueName("cli-tiers");
        Path zip = Files.write(folder.resolve("f.zip"), ZIP);
        aws("create-function", "--function-name", name, "--runtime", "nodejs20.x", "--handler", "index.handler")
                .with("--role", RunningSuite.ROLE, "--timeout", "30", "--zip-file", "fileb://" + zip)
                .run();
        Path answer = folder.resolve("answer.json");
        for (String tier : PROCESS_TIERS.stream().filter(this::isOffered).toList()) {
            aws("tag-resource", "--resource", arn(RunningSuite.ACCOUNT, name), "--tags", TAG + "=" + tier)
                    .run();
            String requestId = aws("invoke", "--function-name", name, "--log-type", "Tail", answer.toString())
                    .with("--query", "LogResult", "--output", "text")
                    .run();
            assertThat(Files.readString(answer)).contains("\"calls\":1");
            String log = new String(java.util.Base64.getDecoder().decode(requestId.strip()));
            String id = log.replaceAll("(?s).*REPORT RequestId: (\\S+).*", "$1");
            assertThat(billedTier(name, id)).isEqualTo(tier);
        }
    }

    private AwsCommand aws(String... arguments) {
        return new AwsCommand(
                Stream.concat(Stream.of("aws", "lambda"), Stream.of(arguments)).toList());
    }

    private final class AwsCommand {
        private final List<String> words;

        AwsCommand(List<String> words) {
            this.words = words;
        }

        AwsCommand with(String... more) {
            return new AwsCommand(Stream.concat(words.stream(), Stream.of(more)).toList());
        }

        String run() {
            var ran = suite.client(Duration.ofMinutes(2), words.toArray(String[]::new));
            assertThat(ran.exitCode()).as("%s%n%s", words, ran.output()).isZero();
            return ran.output();
        }
    }

    @Test
    void autoIsWasmForModulesAndTheStrongestUsualTierForTheRest(TestReporter reporter) {
        try (var lambda = suite.lambda()) {
            needs("wasm", reporter);
            String module = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.function(
                            FunctionFixtures.uniqueName("module"),
                            "wasm32-wasip1",
                            "hello.wasm",
                            FunctionFixtures.example("hello-wasm", "hello.wasm")));
            var answered = invoke(lambda, module);
            assertThat(answered.functionError()).isNull();
            assertThat(billedTier(module, answered.responseMetadata().requestId()))
                    .isEqualTo("wasm");
            assertThatThrownBy(() -> lambda.tagResource(tag ->
                            tag.resource(arn(RunningSuite.ACCOUNT, module)).tags(Map.of(TAG, "container"))))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("does not go with the runtime wasm32-wasip1");

            String chosen = isOffered("gvisor") ? "gvisor" : "container";
            needs(chosen, reporter);
            String name = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.node(FunctionFixtures.uniqueName("auto"), ZIP)
                            .tags(Map.of(TAG, "auto")));
            var response = invoke(lambda, name);
            answer(response);
            assertThat(billedTier(name, response.responseMetadata().requestId()))
                    .isEqualTo(chosen);
        }
    }

    @Test
    void whatIsNotOfferedIsRefusedWithTheReason() {
        try (var lambda = suite.lambda()) {
            assertThatThrownBy(() -> lambda.createFunction(FunctionFixtures.node("never", ZIP)
                            .tags(Map.of(TAG, "jail"))
                            .build()))
                    .hasMessageContaining("must be one of [wasm, container, gvisor, microvm, auto]");
            assertThatThrownBy(() -> lambda.createFunction(FunctionFixtures.function(
                                    "never",
                                    "wasm32-wasip1",
                                    "hello.wasm",
                                    FunctionFixtures.example("hello-wasm", "hello.wasm"))
                            .tags(Map.of("mayfly:network", "egress"))
                            .build()))
                    .hasMessageContaining("mayfly:network=egress does not go with the runtime wasm32-wasip1");
            PROCESS_TIERS.stream()
                    .filter(tier -> !isOffered(tier))
                    .forEach(tier -> assertThatThrownBy(() -> lambda.createFunction(FunctionFixtures.node("never", ZIP)
                                    .tags(Map.of(TAG, tier))
                                    .build()))
                            .isInstanceOf(InvalidParameterValueException.class)
                            .hasMessageContaining("No sandbox host offers isolation " + tier)
                            .hasMessageContaining("Offered now: ["));
        }
    }

    @Test
    void anAccountsMinimumIsKeptAtDeploymentAndAtInvocation(TestReporter reporter) {
        needs("container", reporter);
        var opened = JsonMapper.shared()
                .readTree(own("POST", "/v1/accounts", suite.accessKeyId(), suite.secretAccessKey(), "{}"));
        String account = opened.get("accountId").asString();
        String key = opened.at("/accessKey/accessKeyId").asString();
        String secret = opened.at("/accessKey/secretAccessKey").asString();
        String name = FunctionFixtures.uniqueName("minimum");
        String path = "/v1/accounts/" + account;
        try (var lambda = suite.lambda(key, secret)) {
            String role = "arn:aws:iam::" + account + ":role/any";
            FunctionFixtures.deploy(
                    lambda, FunctionFixtures.node(name, ZIP).role(role).tags(Map.of(TAG, "container")));
            answer(invoke(lambda, name));

            assertThat(own("PATCH", path, key, secret, "{\"minimumIsolation\":\"gvisor\"}"))
                    .contains("\"minimumIsolation\":\"gvisor\"");
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThatThrownBy(() -> invoke(lambda, name))
                            .isInstanceOf(ResourceConflictException.class)
                            .hasMessageContaining("deployed with isolation container")
                            .hasMessageContaining("is gvisor"));
            assertThatThrownBy(() -> lambda.updateFunctionConfiguration(
                            update -> update.functionName(name).timeout(4)))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("mayfly:isolation=container is weaker than the account's minimum, gvisor");
            if (isOffered("gvisor")) {
                lambda.tagResource(tag -> tag.resource(arn(account, name)).tags(Map.of(TAG, "auto")));
                await().atMost(Duration.ofSeconds(20))
                        .ignoreExceptionsInstanceOf(ResourceConflictException.class)
                        .untilAsserted(() -> answer(invoke(lambda, name)));
            }
            own("PATCH", path, key, secret, "{\"minimumIsolation\":\"none\"}");
            await().atMost(Duration.ofSeconds(20))
                    .ignoreExceptionsInstanceOf(ResourceConflictException.class)
                    .untilAsserted(() -> answer(invoke(lambda, name)));
        }
    }

    private String own(String method, String path, String key, String secret, String body) {
        var answer = suite.send(HttpRequest.newBuilder(suite.endpoint().resolve(path))
                .header("Authorization", "Bearer " + key + "." + secret)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return answer.body();
    }

    @Test
    void statusAndDoctorTellOfFourTiers() {
        for (String command : List.of("status", "doctor")) {
            var output = suite.mayfly(command).output();
            for (String[] tier : tiers.values()) {
                assertThat(output).contains("tier " + tier[0]).contains(tier[2]);
            }
        }
    }
}
