package dev.mayfly.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.FunctionVersion;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The registry as it is run: a process with 192 MB of heap, set up by its environment, killed without notice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegistryProcessTest extends RegistryFixture {
    private static final String FUNCTIONS = "/2015-03-31/functions";

    @TempDir
    private static Path data;

    private final HttpClient http = HttpClient.newHttpClient();
    private Map<String, String> environment;
    private Process registry;

    @BeforeAll
    void start() throws IOException {
        port = freePort();
        environment = new HashMap<>(environment(port, "registry_process", data.toString()));
        environment.put("MAYFLY_PREPARATION_TAKEOVER", "1s");
        registry = launch();
        await().atMost(Duration.ofSeconds(90)).until(this::ready);
    }

    /** As a supervisor ends it. */
    @AfterAll
    void stop() throws Exception {
        registry.destroy();
        boolean ended = registry.waitFor(20, TimeUnit.SECONDS);
        registry.destroyForcibly();
        assertThat(ended).isTrue();
    }

    @Test
    void manyLargeUploadsFitIntoTheHeap() throws Exception {
        byte[] noise = new byte[40 << 20];
        new Random(2).nextBytes(noise);
        byte[] zip = Zips.of("noise", noise);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                String name = "heap-" + i;
                answers.add(clients.submit(() -> send("POST", FUNCTIONS, createBody(name, zip, "nodejs20.x", ""))
                        .statusCode()));
            }
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(201);
            }
        }
        assertThat(ready()).isTrue();
    }

    @Test
    void whatWasUnderWayWhenItWasKilledIsPublishedAndPrepared() throws Exception {
        host().think();
        assertThat(send("POST", FUNCTIONS, createBody("prepared", Zips.of("a", "b"), "java25", ""))
                        .body())
                .contains("\"State\":\"Pending\"");
        await().until(() -> host().isAsked());
        byte[] zip = Zips.of("index.js", "killed");
        assertThat(send("POST", FUNCTIONS, createBody("killed", zip, "nodejs20.x", ""))
                        .statusCode())
                .isEqualTo(201);
        Thread client = Thread.ofVirtual().start(this::updateUntilGone);
        await().until(() -> published("killed") != null);
        String before = published("killed").orElseThrow().revisionId();
        await().until(() -> !published("killed").orElseThrow().revisionId().equals(before));
        registry.destroyForcibly().waitFor();
        client.join();
        registry = launch();
        await().atMost(Duration.ofSeconds(90)).until(this::ready);

        preparationAnswer(204, "");
        await().untilAsserted(() -> assertThat(
                        send("GET", FUNCTIONS + "/prepared/configuration", "").body())
                .contains("\"State\":\"Active\""));

        var answer = send(
                "GET", "/internal/function-versions/" + ACCOUNT + "/killed/$LATEST", new byte[0], serviceVoucher());
        var committed = Json.read(answer.body().getBytes(StandardCharsets.UTF_8), FunctionVersion.class);
        await().untilAsserted(() -> assertThat(published("killed")).contains(committed));
    }

    @Test
    void changesAreAnsweredWithoutKafkaAndPublishedByWhoeverHasIt() throws Exception {
        byte[] zip = Zips.of("index.js", "alone");
        assertThat(send("POST", FUNCTIONS, createBody("alone", zip, "nodejs20.x", ""))
                        .statusCode())
                .isEqualTo(201);
        int withKafka = port;
        var without = new HashMap<>(environment);
        without.put("MAYFLY_KAFKA", "127.0.0.1:" + freePort());
        without.put("MAYFLY_DATA", data.resolve("alone").toString());
        port = freePort();
        without.put("MAYFLY_REGISTRY_PORT", Integer.toString(port));
        Process alone = launch(without);
        try {
            await().atMost(Duration.ofSeconds(90)).until(() -> status("liveness") == 200);
            assertThat(status("readiness")).isEqualTo(503);
            var answer = send("PUT", FUNCTIONS + "/alone/configuration", "{\"MemorySize\":777}");
            assertThat(answer.statusCode()).isEqualTo(200);
        } finally {
            alone.destroyForcibly().waitFor();
            port = withKafka;
        }
        await().untilAsserted(() ->
                assertThat(published("alone").orElseThrow().memoryMb()).isEqualTo(777));
    }

    @Test
    void aTrainingRunEndsByItself() throws Exception {
        var training = new HashMap<>(environment);
        training.put("MAYFLY_KAFKA", "127.0.0.1:" + freePort());
        training.put("MAYFLY_REGISTRY_PORT", Integer.toString(freePort()));
        Process run = launch(training, "-Dspring.context.exit=onRefresh");
        assertThat(run.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(run.exitValue()).isZero();
    }

    private void updateUntilGone() {
        for (int timeout = 1; registry.isAlive(); timeout = timeout % 900 + 1) {
            try {
                send("PUT", FUNCTIONS + "/killed/configuration", "{\"Timeout\":%d}".formatted(timeout));
            } catch (java.io.UncheckedIOException e) {
                return;
            }
        }
    }

    private Process launch(String... options) throws IOException {
        return launch(environment, options);
    }

    private static Process launch(Map<String, String> environment, String... options) throws IOException {
        String classpath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String ownOnly = Stream.of(classpath.split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElseThrow();
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", ownOnly, "dev.mayfly.registry.RegistryApplication"));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/registry-process.log")));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private boolean ready() throws InterruptedException {
        return status("readiness") == 200;
    }

    /** 0 when nobody answers. */
    private int status(String health) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/health/" + health))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (ConnectException | HttpTimeoutException e) {
            return 0;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
