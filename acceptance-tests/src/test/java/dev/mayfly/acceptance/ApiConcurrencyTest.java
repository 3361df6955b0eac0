package dev.mayfly.acceptance;

import static dev.mayfly.testing.Refusals.assertConflict;
import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertRefused;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyStatusEnum;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reserved and provisioned concurrency, and the account's settings, with the AWS SDK. */
@ResourceLock("unreserved concurrency")
class ApiConcurrencyTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final LambdaClient lambda = RunningSuite.get().lambda();
    private final String name = FunctionFixtures.uniqueName("concurrency");

    @BeforeEach
    void deploy() {
        FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;"));
    }

    @AfterEach
    void close() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }

    private void reserve(int executions) {
        lambda.putFunctionConcurrency(request -> request.functionName(name).reservedConcurrentExecutions(executions));
    }

    private void provision(String qualifier, int executions) {
        lambda.putProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier(qualifier).provisionedConcurrentExecutions(executions));
    }

    @Test
    void reservedConcurrencyOfZeroStopsAFunction() {
        int unreserved = lambda.getAccountSettings().accountLimit().unreservedConcurrentExecutions();
        reserve(0);
        assertThat(lambda.getFunctionConcurrency(request -> request.functionName(name))
                        .reservedConcurrentExecutions())
                .isZero();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> org.assertj.core.api.Assertions.assertThatThrownBy(
                                () -> lambda.invoke(request -> request.functionName(name)))
                        .isInstanceOfSatisfying(
                                TooManyRequestsException.class,
                                e -> assertThat(e.reasonAsString())
                                        .isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded")));
        lambda.deleteFunctionConcurrency(request -> request.functionName(name));
        await().atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(lambda.invoke(request -> request.functionName(name))
                                .payload()
                                .asUtf8String())
                        .isEqualTo("1"));

        reserve(7);
        assertThat(lambda.getAccountSettings().accountLimit().unreservedConcurrentExecutions())
                .isEqualTo(unreserved - 7);
        assertInvalid(() -> reserve(unreserved - 99), "UnreservedConcurrentExecution below its minimum value of [100]");
        assertViolation(() -> reserve(-1), "reservedConcurrentExecutions");
        assertMissing(
                () -> lambda.putFunctionConcurrency(
                        request -> request.functionName("nobody").reservedConcurrentExecutions(1)),
                "Function not found");
    }

    @Test
    void provisionedConcurrencyBecomesReady() {
        String version =
                lambda.publishVersion(request -> request.functionName(name)).version();
        lambda.createAlias(request -> request.functionName(name).name("live").functionVersion(version));
        provision("live", 1);
        assertConflict(() -> provision(version, 1), "Provisioned Concurrency alias");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(lambda.getProvisionedConcurrencyConfig(
                                        request -> request.functionName(name).qualifier("live"))
                                .status())
                        .isEqualTo(ProvisionedConcurrencyStatusEnum.READY));
        var listed = lambda.listProvisionedConcurrencyConfigs(request -> request.functionName(name))
                .provisionedConcurrencyConfigs();
        assertThat(listed).hasSize(1);
        assertThat(listed.getFirst().functionArn()).endsWith(name + ":live");
        assertThat(listed.getFirst().availableProvisionedConcurrentExecutions()).isEqualTo(1);
        reserve(2);
        assertInvalid(() -> provision("live", 3), "should not be greater than the reservedConcurrentExecution");
        assertInvalid(() -> reserve(0), "should not be lower than");
        lambda.deleteProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier("live"));
        assertRefused(
                () -> lambda.getProvisionedConcurrencyConfig(
                        request -> request.functionName(name).qualifier("live")),
                404,
                "ProvisionedConcurrencyConfigNotFoundException",
                "No Provisioned Concurrency Config");
        assertInvalid(() -> provision("$LATEST", 1), "unpublished function versions");
        assertViolation(() -> provision("live", 0), "provisionedConcurrentExecutions");
    }

    private void code(String commonJs) {
        lambda.updateFunctionCode(request -> request.functionName(name)
                .zipFile(SdkBytes.fromByteArray(FunctionFixtures.zipOf("index.js", commonJs))));
        lambda.waiter().waitUntilFunctionUpdatedV2(request -> request.functionName(name));
    }

    @Test
    void oneAtATimeWhereOneIsReserved() throws Exception {
        code("exports.handler = () => new Promise(done => setTimeout(done, 3000, 'slow'));");
        reserve(1);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            await().atMost(LIMIT).untilAsserted(() -> {
                var both = List.of(clients.submit(this::outcome), clients.submit(this::outcome));
                assertThat(List.of(both.get(0).get(), both.get(1).get())).containsExactlyInAnyOrder("ran", "refused");
            });
        }
    }

    private String outcome() {
        try (var own = RunningSuite.get().lambda()) {
            own.invoke(request -> request.functionName(name));
            return "ran";
        } catch (TooManyRequestsException e) {
            assertThat(e.statusCode()).isEqualTo(429);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo("TooManyRequestsException");
            assertThat(e.reasonAsString()).isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded");
            assertThat(e.type()).isEqualTo("User");
            assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("Rate Exceeded.");
            assertThat(Integer.parseInt(e.retryAfterSeconds())).isPositive();
            return "refused";
        }
    }

    /** What the one that answered says of itself: how it was started, and which it is. */
    private JsonNode instance(String qualifier, String event) {
        var answer = lambda.invoke(
                request -> request.functionName(name).qualifier(qualifier).payload(SdkBytes.fromUtf8String(event)));
        assertThat(answer.functionError()).isNull();
        var told = (ObjectNode) JsonMapper.shared().readTree(answer.payload().asUtf8String());
        told.put(
                "timing",
                answer.sdkHttpResponse().firstMatchingHeader("Server-Timing").orElse(""));
        return told;
    }

    private ProvisionedConcurrencyStatusEnum status(String qualifier) {
        return lambda.getProvisionedConcurrencyConfig(
                        request -> request.functionName(name).qualifier(qualifier))
                .status();
    }

    private int desired(String version) {
        var scaling = JsonMapper.shared()
                .readTree(RunningSuite.get()
                        .get("/v1/scaling", "application/json")
                        .body());
        return scaling.get("decisions")
                .valueStream()
                .filter(one -> one.get("function").asString().equals(name)
                        && one.get("version").asString().equals(version))
                .mapToInt(one -> one.get("desired").asInt())
                .sum();
    }

    @Test
    void whatIsProvisionedIsWarmIsReplacedAndIsLetGo() throws Exception {
        code("""
                const id = require('crypto').randomUUID();
                console.log('made before anybody asked');
                exports.handler = async event => {
                  if (event.die) process.exit(1);
                  await new Promise(done => setTimeout(done, event.wait || 0));
                  return { id, type: process.env.AWS_LAMBDA_INITIALIZATION_TYPE };
                };""");
        String version =
                lambda.publishVersion(request -> request.functionName(name)).version();
        var put = lambda.putProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier(version).provisionedConcurrentExecutions(2));
        assertThat(put.status()).isEqualTo(ProvisionedConcurrencyStatusEnum.IN_PROGRESS);
        await().atMost(LIMIT).until(() -> status(version) == ProvisionedConcurrencyStatusEnum.READY);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(logged(""))
                        .as("before any invocation")
                        .anyMatch(line -> line.startsWith("INIT_START Runtime Version: "))
                        .anyMatch(line -> line.contains("made before anybody asked")));
        JsonNode warm = instance(version, "{}");
        assertThat(warm.get("type").asString()).isEqualTo("provisioned-concurrency");
        assertThat(warm.get("timing").asString()).contains("start;desc=warm");
        Set<String> first = await().atMost(LIMIT).until(() -> twoAtOnce(version), ids -> ids.size() == 2);

        var died = lambda.invoke(request ->
                request.functionName(name).qualifier(version).payload(SdkBytes.fromUtf8String("{\"die\":true}")));
        assertThat(died.functionError()).isNotNull();
        // One at a time, for which the survivor is enough: what comes instead comes because two are to be kept.
        await().atMost(LIMIT)
                .until(() -> !first.contains(instance(version, "{}").get("id").asString()));
        Set<String> second = await().atMost(LIMIT).until(() -> twoAtOnce(version), ids -> ids.size() == 2);
        assertThat(second).filteredOn(first::contains).hasSize(1);

        String unused = publishAgain();
        provision(unused, 1);
        await().atMost(LIMIT).until(() -> status(unused) == ProvisionedConcurrencyStatusEnum.READY);
        lambda.deleteProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier(unused));
        await().atMost(LIMIT).until(() -> desired(unused) == 0);
        await().atMost(LIMIT)
                .until(() -> instance(unused, "{}").get("type").asString().equals("on-demand"));
    }

    /** Which answer two invocations at once: two, unless one was over before the other began. */
    private Set<String> twoAtOnce(String qualifier) throws InterruptedException {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<JsonNode> call = () -> instance(qualifier, "{\"wait\":500}");
            return clients.invokeAll(List.of(call, call)).stream()
                    .map(Future::resultNow)
                    .peek(one -> assertThat(one.get("type").asString()).isEqualTo("provisioned-concurrency"))
                    .map(one -> one.get("id").asString())
                    .collect(Collectors.toSet());
        }
    }

    private String publishAgain() {
        lambda.updateFunctionConfiguration(request -> request.functionName(name).description("again"));
        return lambda.publishVersion(request -> request.functionName(name)).version();
    }

    @Test
    void whatCannotStartCannotBeProvisioned() {
        code("process.exit(7);");
        String version = publishAgain();
        provision(version, 1);
        await().atMost(LIMIT).until(() -> status(version) == ProvisionedConcurrencyStatusEnum.FAILED);
        assertThat(lambda.getProvisionedConcurrencyConfig(
                                request -> request.functionName(name).qualifier(version))
                        .statusReason())
                .isNotBlank();
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(logged("?filter=INIT_REPORT"))
                                .anyMatch(
                                        line -> line.matches(
                                                "INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError")));
    }

    private List<String> logged(String query) {
        return JsonMapper.shared()
                .readTree(RunningSuite.get()
                        .get("/v1/functions/" + name + "/logs" + query, "application/json")
                        .body())
                .get("events")
                .valueStream()
                .map(event -> event.get("message").asString())
                .toList();
    }

    @Test
    void theAccountsSettingsTellLimitsAndUse() {
        var settings = lambda.getAccountSettings();
        assertThat(settings.accountLimit().concurrentExecutions()).isEqualTo(1000);
        assertThat(settings.accountLimit().totalCodeSize()).isEqualTo(75L << 30);
        assertThat(settings.accountUsage().functionCount()).isPositive();
        assertThat(settings.accountUsage().totalCodeSize()).isPositive();
    }
}
