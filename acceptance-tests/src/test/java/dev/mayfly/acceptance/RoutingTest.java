package dev.mayfly.acceptance;

import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which version an invocation reaches, and whose, with the AWS SDK and the aws cli. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutingTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int CLIENTS = 16;

    private final RunningSuite suite = RunningSuite.get();
    private final String name = FunctionFixtures.uniqueName("routing");
    private final String arn = "arn:aws:lambda:us-east-1:" + RunningSuite.ACCOUNT + ":function:" + name;
    private LambdaClient lambda;

    /** Versions 1 and 2; each tells itself and the ARN that it was invoked by. */
    @BeforeAll
    void deploy() {
        lambda = suite.lambda();
        FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, """
                        exports.handler = async (event, context) => {
                          return { version: context.functionVersion, arn: context.invokedFunctionArn };
                        };"""));
        for (int version = 1; version <= 2; version++) {
            String description = "version " + version;
            lambda.updateFunctionConfiguration(
                    request -> request.functionName(name).description(description));
            lambda.publishVersion(request -> request.functionName(name));
        }
    }

    @AfterAll
    void close() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }

    private void alias(String alias, String version, Map<String, Double> weights) {
        lambda.createAlias(request -> request.functionName(name)
                .name(alias)
                .functionVersion(version)
                .routingConfig(routing -> routing.additionalVersionWeights(weights)));
    }

    private InvokeResponse invoke(String qualifier) {
        return lambda.invoke(request -> request.functionName(name).qualifier(qualifier));
    }

    private static JsonNode told(InvokeResponse answer) {
        assertThat(answer.functionError()).isNull();
        return JsonMapper.shared().readTree(answer.payload().asUtf8String());
    }

    @Test
    void everyFormOfANameReachesItsVersion() {
        alias("forms", "1", Map.of());
        for (String form : List.of(
                name + ":forms",
                RunningSuite.ACCOUNT + ":function:" + name + ":forms",
                arn + ":forms",
                name + ":1",
                RunningSuite.ACCOUNT + ":function:" + name + ":1",
                arn + ":1")) {
            var answer = lambda.invoke(request -> request.functionName(form));
            assertThat(answer.executedVersion()).as(form).isEqualTo("1");
            assertThat(told(answer).get("version").asString()).as(form).isEqualTo("1");
            assertThat(told(answer).get("arn").asString()).isEqualTo(arn + form.substring(form.lastIndexOf(':')));
        }
        for (String form : List.of(name, arn, arn + ":$LATEST", name + ":$LATEST")) {
            assertThat(lambda.invoke(request -> request.functionName(form)).executedVersion())
                    .as(form)
                    .isEqualTo("$LATEST");
        }
        assertThat(lambda.invoke(request -> request.functionName(arn).qualifier("2"))
                        .executedVersion())
                .isEqualTo("2");
        assertMissing(() -> invoke("nothing"), "Function not found: " + arn + ":nothing");
        assertMissing(() -> invoke("99"), "Function not found: " + arn + ":99");
        var cli = suite.client(
                Duration.ofMinutes(1),
                "aws",
                "lambda",
                "invoke",
                "--function-name",
                arn,
                "--qualifier",
                "forms",
                "/dev/null");
        assertThat(cli.exitCode()).as(cli.output()).isZero();
        assertThat(cli.output()).contains("\"ExecutedVersion\": \"1\"");
    }

    @Test
    void anAliasIsThereAtOnceAndItsWeightsDivideItsInvocations() {
        for (int i = 0; i < 20; i++) {
            String fresh = "fresh" + i;
            alias(fresh, "2", Map.of());
            assertThat(invoke(fresh).executedVersion()).isEqualTo("2");
        }
        alias("split", "1", Map.of("2", 0.3));
        int second = 0;
        for (int i = 0; i < 300; i++) {
            var answer = invoke("split");
            assertThat(told(answer).get("version").asString()).isEqualTo(answer.executedVersion());
            second += answer.executedVersion().equals("2") ? 1 : 0;
        }
        // 90 are expected; what is further away than this is so by chance less than once in a million times.
        assertThat(second).isBetween(50, 130);
    }

    @Test
    void repointingAnAliasUnderTrafficFailsNobody() throws Exception {
        alias("moving", "1", Map.of());
        var done = new AtomicBoolean();
        var moved = new AtomicBoolean();
        var answered = new AtomicInteger();
        var late = new AtomicInteger();
        Callable<Integer> client = () -> {
            int count = 0;
            try (var own = suite.lambda()) {
                while (!done.get()) {
                    boolean mustBeNew = moved.get();
                    var answer =
                            own.invoke(request -> request.functionName(name).qualifier("moving"));
                    assertThat(answer.functionError()).isNull();
                    late.addAndGet(mustBeNew && answer.executedVersion().equals("1") ? 1 : 0);
                    answered.incrementAndGet();
                    count++;
                }
            }
            return count;
        };
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<Integer>>();
            IntStream.range(0, CLIENTS).forEach(i -> calls.add(clients.submit(client)));
            await().atMost(LIMIT).until(() -> answered.get() > 10 * CLIENTS);
            lambda.updateAlias(
                    request -> request.functionName(name).name("moving").functionVersion("2"));
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            moved.set(true);
            int before = answered.get();
            await().atMost(LIMIT).until(() -> answered.get() > before + 10 * CLIENTS);
            done.set(true);
            for (var call : calls) {
                assertThat(call.get()).isPositive();
            }
        }
        assertThat(late).hasValue(0);
    }

    private JsonNode opened() {
        var answer = suite.send(HttpRequest.newBuilder(suite.endpoint().resolve("/v1/accounts"))
                .header("Authorization", "Bearer " + suite.accessKeyId() + "." + suite.secretAccessKey())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"guest\"}"))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JsonMapper.shared().readTree(answer.body());
    }

    private JsonNode billed(String key, String secret) {
        var answer = suite.send(
                HttpRequest.newBuilder(suite.endpoint().resolve("/v1/usage/lines?limit=1000&resource=" + name))
                        .header("Authorization", "Bearer " + key + "." + secret)
                        .header("Accept", "application/json")
                        .build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body()).get("lines");
    }

    private static boolean holds(JsonNode lines, String requestId) {
        return lines.valueStream()
                .anyMatch(line -> requestId.equals(line.path("requestId").asString("")));
    }

    @Test
    void anotherAccountInvokesWhatItIsGrantedAndTheOwnerPays() {
        alias("shared", "1", Map.of());
        JsonNode account = opened();
        String key = account.at("/accessKey/accessKeyId").asString();
        String secret = account.at("/accessKey/secretAccessKey").asString();
        try (var guest = suite.lambda(key, secret)) {
            assertDenied(guest, arn + ":shared");
            lambda.addPermission(request -> request.functionName(name)
                    .qualifier("shared")
                    .statementId("guest")
                    .action("lambda:InvokeFunction")
                    .principal(account.get("accountId").asString()));
            var answer = guest.invoke(request -> request.functionName(arn + ":shared"));
            assertThat(told(answer).get("version").asString()).isEqualTo("1");
            assertDenied(guest, arn);
            assertDenied(guest, arn + ":1");
            assertMissing(() -> guest.invoke(request -> request.functionName(name + ":shared")), "Function not found");
            String id = answer.responseMetadata().requestId();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(holds(billed(suite.accessKeyId(), suite.secretAccessKey()), id))
                            .isTrue());
            assertThat(billed(key, secret)).isEmpty();

            lambda.removePermission(
                    request -> request.functionName(name).qualifier("shared").statementId("guest"));
            await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertDenied(guest, arn + ":shared"));
        }
    }

    private static void assertDenied(LambdaClient guest, String function) {
        assertRefused(
                () -> guest.invoke(request -> request.functionName(function)),
                403,
                "AccessDeniedException",
                "is not authorized to perform: lambda:InvokeFunction on resource: " + function);
    }

    @Test
    void anEventToAnAliasRunsItsVersion() {
        alias("events", "2", Map.of());
        String id = lambda.invoke(request -> request.functionName(name)
                        .qualifier("events")
                        .invocationType(InvocationType.EVENT)
                        .payload(SdkBytes.fromUtf8String("{}")))
                .responseMetadata()
                .requestId();
        await().atMost(LIMIT).untilAsserted(() -> {
            var answer = suite.get("/v1/invocations/" + id, "application/json");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(JsonMapper.shared()
                            .readTree(answer.body())
                            .path("version")
                            .asString(""))
                    .isEqualTo("2");
        });
        await().atMost(LIMIT).until(() -> holds(billed(suite.accessKeyId(), suite.secretAccessKey()), id));
    }
}
