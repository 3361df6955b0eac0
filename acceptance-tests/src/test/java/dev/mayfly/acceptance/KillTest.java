package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.core.SdkBytes;
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
    private static final String KEEPER = """
            const fs = require('fs');
            exports.handler = async e => {
              if (e.write) {
                const file = fs.openSync('/mnt/data/kept', 'w');
                fs.writeSync(file, e.write);
                fs.fsyncSync(file);
                fs.closeSync(file);
              }
              return fs.readFileSync('/mnt/data/kept', 'utf8');
            };""";

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

    /** The mount that a killed host left is used on, and gone when the volume is. */
    @Test
    void whatAVolumeHoldsOutlivesItsHost() throws Exception {
        String volume = "fsap-0" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
        try (var lambda = suite.lambda()) {
            String function = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.nodeSource(FunctionFixtures.uniqueName("keeper"), KEEPER)
                            .tags(Map.of("mayfly:isolation", "container"))
                            .fileSystemConfigs(mount -> mount.arn("arn:aws:elasticfilesystem:us-east-1:"
                                            + RunningSuite.ACCOUNT + ":access-point/" + volume)
                                    .localMountPath("/mnt/data")));
            assertThat(answer(lambda, function, "{\"write\":\"synced\"}")).isEqualTo("\"synced\"");
            assertThat(mounts(volume)).hasSameSizeAs(loopDevices(volume)).hasSizeLessThanOrEqualTo(1);

            suite.killAndAwait("sandbox-host");
            await().atMost(Duration.ofSeconds(60)).until(() -> answers(lambda, function));
            assertThat(answer(lambda, function, "{}")).isEqualTo("\"synced\"");
            assertThat(mounts(volume)).hasSameSizeAs(loopDevices(volume)).hasSizeLessThanOrEqualTo(1);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(billedBytes(volume)).isPositive());

            lambda.deleteFunction(request -> request.functionName(function));
            await().atMost(Duration.ofSeconds(90))
                    .until(() ->
                            suite.own("DELETE", "/v1/volumes/" + volume, "").statusCode() == 202);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> suite.get("/v1/volumes/" + volume, "application/json")
                                    .statusCode()
                            == 404);
        }
        assertThat(mounts(volume)).isEmpty();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(loopDevices(volume)).isEmpty());
    }

    private static String answer(LambdaClient lambda, String function, String event) {
        return lambda.invoke(request -> request.functionName(function).payload(SdkBytes.fromUtf8String(event)))
                .payload()
                .asUtf8String();
    }

    private static List<String> mounts(String volume) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .filter(line -> line.contains("/" + volume + "/mount "))
                .toList();
    }

    private static List<String> loopDevices(String volume) throws IOException {
        var found = new ArrayList<String>();
        try (var devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
            for (Path device : devices) {
                Path file = device.resolve("loop/backing_file");
                if (Files.exists(file) && Files.readString(file).contains(volume)) {
                    found.add(device.toString());
                }
            }
        } catch (NoSuchFileException e) {
            return loopDevices(volume); // another was detached meanwhile
        }
        return found;
    }

    private long billedBytes(String volume) {
        long bytes = 0;
        JsonNode page = JsonMapper.shared()
                .readTree(suite.get("/v1/usage/lines?limit=1000&resource=volume/" + volume, "application/json")
                        .body());
        for (JsonNode line : page.get("lines")) {
            bytes += line.path("storageBytes").asLong();
        }
        return bytes;
    }
}
