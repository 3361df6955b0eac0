package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.lambda.LambdaClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Kills real processes, with SIGKILL, under load: clients see errors only while a service is down, and every answered
 * invocation has exactly one ledger line.
 */
@Isolated
class KillTest {
    private static final List<String> SERVICES = List.of(
            "api-gateway",
            "identity-service",
            "function-registry",
            "invoker-service",
            "sandbox-host",
            "autoscaler",
            "object-store-service",
            "billing-service",
            "observability-service");
    private static final int INVOCATIONS = 2_000;

    private final RunningSuite suite = RunningSuite.get();

    private static boolean answers(LambdaClient lambda, String function) {
        try {
            return lambda.invoke(request -> request.functionName(function)).statusCode() == 200;
        } catch (SdkException e) {
            return false;
        }
    }

    private Set<String> billedRequests(String function, int expected) {
        var ids = new HashSet<String>();
        String after = "";
        while (true) {
            JsonNode page = JsonMapper.shared()
                    .readTree(suite.get("/v1/usage/lines?limit=1000&resource=" + function + after, "application/json")
                            .body());
            for (JsonNode line : page.get("lines")) {
                assertThat(ids.add(line.get("requestId").asString()))
                        .as("one ledger line for " + line)
                        .isTrue();
            }
            if (!page.hasNonNull("after") || ids.size() > 2 * expected) {
                return ids;
            }
            after = "&after=" + page.get("after").asString();
        }
    }

    @Test
    void everyServiceInTurn() throws Exception {
        Set<String> answered = ConcurrentHashMap.newKeySet();
        var failures = new AtomicInteger();
        var remaining = new AtomicInteger(INVOCATIONS);
        String function;
        try (var lambda = suite.lambda()) {
            function = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.nodeSource(
                            FunctionFixtures.uniqueName("survivor"), "exports.handler = async e => e;"));
            String name = function;
            try (var clients = Executors.newFixedThreadPool(4)) {
                for (int client = 0; client < 4; client++) {
                    clients.submit(() -> {
                        while (remaining.getAndDecrement() > 0) {
                            try {
                                answered.add(lambda.invoke(request -> request.functionName(name))
                                        .responseMetadata()
                                        .requestId());
                            } catch (SdkException e) {
                                failures.incrementAndGet();
                                await().atMost(Duration.ofSeconds(60))
                                        .pollInterval(Duration.ofMillis(200))
                                        .until(() -> answers(lambda, name));
                            }
                        }
                    });
                }
                for (String service : SERVICES) {
                    suite.killAndAwait(service);
                    await().alias("invocations after the death of " + service)
                            .atMost(Duration.ofSeconds(60))
                            .pollInterval(Duration.ofMillis(250))
                            .until(() -> answers(lambda, name));
                }
            }
        }
        assertThat(suite.mayfly("status").exitCode()).isZero();
        assertThat(answered.size()).isGreaterThanOrEqualTo(INVOCATIONS / 2);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () -> assertThat(billedRequests(function, INVOCATIONS)).containsAll(answered));
    }

    @Test
    void everythingAtOnce() {
        String bucket = FunctionFixtures.uniqueName("survives");
        String function;
        Set<String> answered = new HashSet<>();
        try (var lambda = suite.lambda();
                var s3 = suite.s3()) {
            s3.createBucket(request -> request.bucket(bucket));
            s3.putObject(request -> request.bucket(bucket).key("k"), RequestBody.fromString("kept"));
            function = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.nodeSource(
                            FunctionFixtures.uniqueName("kept"), "exports.handler = async () => 1;"));
            for (int i = 0; i < 20; i++) {
                answered.add(lambda.invoke(request -> request.functionName(function))
                        .responseMetadata()
                        .requestId());
            }
            suite.processes("").forEach(ProcessHandle::destroyForcibly);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> suite.processes("").stream().noneMatch(ProcessHandle::isAlive));
            var up = suite.mayfly(Duration.ofMinutes(3), "up", "--detach");
            assertThat(up.exitCode()).as(up.output()).isZero();
            assertThat(s3.getObjectAsBytes(request -> request.bucket(bucket).key("k"))
                            .asUtf8String())
                    .isEqualTo("kept");
            assertThat(lambda.invoke(request -> request.functionName(function)).statusCode())
                    .isEqualTo(200);
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(
                            () -> assertThat(billedRequests(function, 100)).containsAll(answered));
        }
    }
}
