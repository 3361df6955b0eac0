package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.s3.S3Client;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asynchronous invocation and its visible queue, through the gateway. */
@Isolated
class QueueTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int EVENTS = 2_000;
    /** Of the internal ports. */
    private static final int HOST = 4;

    private final RunningSuite suite = RunningSuite.get();

    private static String accept(LambdaClient lambda, String function, String payload) {
        var answer = lambda.invoke(request -> request.functionName(function)
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String(payload)));
        assertThat(answer.statusCode()).isEqualTo(202);
        return answer.responseMetadata().requestId();
    }

    private JsonNode queue(String method, String path) {
        var answer = suite.send(HttpRequest.newBuilder(suite.endpoint().resolve("/v1/functions/" + path))
                .header("Authorization", "Bearer " + suite.accessKeyId() + "." + suite.secretAccessKey())
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(30))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JsonMapper.shared().readTree(answer.body().isEmpty() ? "{}" : answer.body());
    }

    private static List<String> keys(S3Client s3, String bucket) {
        return s3.listObjectsV2(request -> request.bucket(bucket)).contents().stream()
                .map(object -> object.key())
                .toList();
    }

    @Test
    void whatFailsGoesToItsDestinationAndComesBack() {
        String bucket = FunctionFixtures.uniqueName("outcomes");
        try (var lambda = suite.lambda();
                var s3 = suite.s3()) {
            s3.createBucket(request -> request.bucket(bucket));
            String function = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.nodeSource(
                            FunctionFixtures.uniqueName("fails"),
                            "exports.handler = async () => { throw new Error('always'); };"));
            lambda.putFunctionEventInvokeConfig(request -> request.functionName(function)
                    .maximumRetryAttempts(0)
                    .destinationConfig(to -> to.onFailure(failure -> failure.destination("arn:aws:s3:::" + bucket))));
            String id = accept(lambda, function, "{\"n\":1}");
            await().atMost(LIMIT).until(() -> !keys(s3, bucket).isEmpty());
            String key = keys(s3, bucket).getFirst();
            assertThat(key).startsWith("aws/lambda/async/" + function + "/");
            JsonNode told = JsonMapper.shared()
                    .readTree(s3.getObjectAsBytes(
                                    request -> request.bucket(bucket).key(key))
                            .asUtf8String());
            assertThat(told.path("requestContext").path("requestId").asString()).isEqualTo(id);
            assertThat(told.path("requestContext").path("condition").asString()).isEqualTo("RetriesExhausted");
            assertThat(told.path("requestPayload").path("n").asInt()).isEqualTo(1);
            assertThat(told.path("responsePayload").path("errorMessage").asString())
                    .isEqualTo("always");

            await().atMost(LIMIT)
                    .until(() -> queue("GET", function + "/queue")
                                    .path("deadLetters")
                                    .asInt()
                            == 1);
            assertThat(queue("POST", function + "/queue/dead-letters/" + id + "/replay")
                            .path("requestId")
                            .asString())
                    .isNotEqualTo(id);
            await().atMost(LIMIT).until(() -> keys(s3, bucket).size() == 2);
            var shown = suite.mayfly("queue", function, "dead");
            assertThat(shown.exitCode()).as(shown.output()).isZero();
        }
    }

    /** Each is the other's destination, so that one event would go round for ever. */
    @Test
    void aLoopOfDestinationsIsStoppedAndItsTraceGoesAlong() {
        try (var lambda = suite.lambda()) {
            String source = "exports.handler = async e => process.env._X_AMZN_TRACE_ID;";
            String ping = FunctionFixtures.deploy(
                    lambda, FunctionFixtures.nodeSource(FunctionFixtures.uniqueName("ping"), source));
            String pong = FunctionFixtures.deploy(
                    lambda, FunctionFixtures.nodeSource(FunctionFixtures.uniqueName("pong"), source));
            send(lambda, ping, pong);
            send(lambda, pong, ping);
            accept(lambda, ping, "1");
            await().atMost(LIMIT.multipliedBy(2))
                    .untilAsserted(() -> assertThat(queue("GET", ping + "/queue")
                                    .path("deadLetters")
                                    .asInt())
                            .as(
                                    "runs: %s",
                                    queue("GET", pong + "/invocations?limit=100")
                                            .findValues("requestId")
                                            .size())
                            .isEqualTo(1));
            JsonNode dead = queue("GET", ping + "/queue/dead-letters");
            assertThat(dead.toString()).contains("RecursiveInvocationException");
            String id = dead.findValue("requestId").asString();
            JsonNode letter = queue("GET", ping + "/queue/events/" + id).path("payload");
            assertThat(letter.path("responsePayload").asString())
                    .matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24};.*Lineage=[0-9a-f]{8}:15\\|[0-9a-f]{8}:15");
        }
    }

    private static void send(LambdaClient lambda, String from, String to) {
        String arn = lambda.getFunctionConfiguration(request -> request.functionName(to))
                .functionArn();
        lambda.putFunctionEventInvokeConfig(request -> request.functionName(from)
                .destinationConfig(config -> config.onSuccess(success -> success.destination(arn))));
    }

    @Test
    void aPausedFunctionIsSeenCancelledAndResumed() {
        try (var lambda = suite.lambda()) {
            String function = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.nodeSource(
                            FunctionFixtures.uniqueName("rests"), "exports.handler = async e => e;"));
            var paused = suite.mayfly("queue", function, "pause");
            assertThat(paused.exitCode()).as(paused.output()).isZero();
            assertThat(paused.output()).contains("Paused");
            await().atMost(LIMIT).until(() -> {
                accept(lambda, function, "0");
                return queue("GET", function + "/queue")
                                .path("depth")
                                .path("paused")
                                .asInt()
                        > 0;
            });
            String kept = accept(lambda, function, "{\"keep\":true}");
            String dropped = accept(lambda, function, "1");
            await().atMost(LIMIT)
                    .ignoreExceptions()
                    .until(() -> List.of(kept, dropped).stream()
                            .allMatch(id -> queue("GET", function + "/queue/events/" + id)
                                    .path("state")
                                    .asString()
                                    .equals("paused")));
            // Its state and its place come on topics of their own, the one before the other or after.
            await().atMost(LIMIT)
                    .until(() -> queue("GET", function + "/queue/events/" + kept)
                            .path("payload")
                            .path("keep")
                            .asBoolean());
            queue("DELETE", function + "/queue/events/" + dropped);
            var listed = suite.mayfly("queue", function, "list");
            assertThat(listed.output()).contains(kept, "paused").doesNotContain(dropped);
            assertThat(suite.mayfly("queue", function, "resume").exitCode()).isZero();
            await().atMost(LIMIT)
                    .until(() -> queue("GET", function + "/queue/events/" + kept)
                            .path("state")
                            .asString()
                            .equals("succeeded"));
            await().atMost(LIMIT)
                    .until(() -> queue("GET", function + "/queue").path("total").asInt() == 0);
            assertThat(queue("GET", function + "/queue/events?state=cancelled&requestId=" + dropped)
                            .path("events"))
                    .hasSize(1);
        }
    }

    /**
     * The ledger has one line for each event and attempt however often it ran; the host counts every run. Nothing else is
     * invoked meanwhile, so the two are equal when nothing ran twice.
     */
    @Test
    void noneIsLostAndNoneRunsTwiceWhenTheInvokerAndKafkaAreKilled() throws Exception {
        Set<String> accepted = ConcurrentHashMap.newKeySet();
        var left = new AtomicInteger(EVENTS);
        long ranBefore = runsOnTheHost();
        String function;
        try (var lambda = suite.lambda()) {
            function = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.nodeSource(
                            FunctionFixtures.uniqueName("drains"),
                            "exports.handler = async e => { await new Promise(r => setTimeout(r, 20)); };"));
            try (var clients = Executors.newFixedThreadPool(4)) {
                for (int client = 0; client < 4; client++) {
                    clients.submit(() -> {
                        while (left.getAndDecrement() > 0) {
                            try {
                                accepted.add(accept(lambda, function, "{}"));
                            } catch (SdkException e) {
                                await().atMost(Duration.ofSeconds(90))
                                        .pollInterval(Duration.ofMillis(250))
                                        .until(suite::isReady);
                            }
                        }
                    });
                }
                for (String victim : List.of("invoker-service", "kafka")) {
                    int before = accepted.size();
                    await().atMost(LIMIT).until(() -> accepted.size() > before + EVENTS / 8 || left.get() <= 0);
                    suite.killAndAwait(victim);
                }
            }
        }
        assertThat(accepted.size()).isGreaterThan(EVENTS / 2);
        await().atMost(Duration.ofSeconds(150))
                .pollInterval(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(ledger(function)).containsAll(accepted));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(ledger(function)).hasSize((int) (runsOnTheHost() - ranBefore)));
    }

    private long runsOnTheHost() {
        var metrics = suite.send(HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + (suite.internalPortBase() + HOST) + "/actuator/prometheus"))
                .build());
        return metrics.body()
                .lines()
                .filter(line -> line.startsWith("mayfly_host_invocations_seconds_count"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** The requests that were run. */
    private Set<String> ledger(String function) {
        var ids = new HashSet<String>();
        String after = "";
        while (true) {
            JsonNode page = JsonMapper.shared()
                    .readTree(suite.get("/v1/usage/lines?limit=1000&resource=" + function + after, "application/json")
                            .body());
            page.path("lines").forEach(line -> ids.add(line.path("requestId").asString()));
            if (!page.hasNonNull("after")) {
                return ids;
            }
            after = "&after=" + page.path("after").asString();
        }
    }
}
