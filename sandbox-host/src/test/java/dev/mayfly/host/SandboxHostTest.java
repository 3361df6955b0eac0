package dev.mayfly.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.contracts.hosting.HostInvocation;
import dev.mayfly.contracts.hosting.HostPreparation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.testing.TestKafka;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole service with real Kafka and real WebAssembly; the registry and the object store are stand-ins. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SandboxHostTest {
    private static final String KEY = Sealer.newKey();

    private final Map<String, FunctionVersion> registry = new ConcurrentHashMap<>();
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final Map<String, UsageEvent.Invocation> billed = new ConcurrentHashMap<>();
    private final Vouching vouching = new Vouching(Sealer.of(KEY), Clock.systemUTC());
    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer siblings;
    private TopicTail usage;
    private ConfigurableApplicationContext service;
    private URI endpoint;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        String kafka = TestKafka.bootstrapServers();
        TopicCreation.ensureAll(kafka);
        usage = new TopicTail(kafka, Topics.USAGE_EVENTS, TopicTail.From.BEGINNING, received -> {
            var event = Json.read(CloudEvent.from(received).data(), UsageEvent.class);
            billed.put(event.id(), (UsageEvent.Invocation) event);
        });
        siblings = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        siblings.createContext("/internal/function-versions/", exchange -> {
            String[] path = exchange.getRequestURI().getPath().split("/");
            var version = registry.get(path[3] + ":" + path[4] + ":" + path[5]);
            byte[] body = version == null ? new byte[0] : Json.bytes(version);
            exchange.sendResponseHeaders(version == null ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        siblings.createContext("/s3", exchange -> {
            byte[] body;
            try {
                var voucher = vouching.verify(exchange.getRequestHeaders().getFirst(Voucher.HEADER));
                body = objects.get(voucher.target());
            } catch (dev.mayfly.contracts.trust.InvalidSealException e) {
                body = null;
            }
            exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
            if (body != null) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        siblings.start();
        String sibling = "http://127.0.0.1:" + siblings.getAddress().getPort();
        service = new SpringApplication(SandboxHostApplication.class)
                .run(
                        "--server.port=0",
                        "--mayfly.trust-key=" + KEY,
                        "--mayfly.kafka=" + kafka,
                        "--mayfly.data=" + data,
                        "--mayfly.services.registry=" + sibling,
                        "--mayfly.services.objects=" + sibling,
                        "--mayfly.services.gateway=" + sibling);
        endpoint = URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> send(HttpRequest.newBuilder(endpoint.resolve("/actuator/health/readiness")))
                                .statusCode()
                        == 200);
    }

    @AfterAll
    void stop() {
        service.close();
        usage.close();
        siblings.stop(0);
        http.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofMinutes(1)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private FunctionVersion deploy(String name, byte[] zip) throws Exception {
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(zip));
        objects.put(CodeStorage.target(digest), zip);
        var version = new FunctionVersion(
                "000000000000",
                name,
                FunctionVersion.LATEST,
                UUID.randomUUID().toString(),
                "wasm32-wasip1",
                "hello.wasm",
                128,
                3,
                512,
                Map.of(),
                digest,
                zip.length,
                Isolation.WASM,
                Network.NONE,
                "Active",
                null,
                Instant.now());
        registry.put(version.key(), version);
        return version;
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] hello() throws IOException {
        return zip("hello.wasm", Files.readAllBytes(Path.of("../examples/hello-wasm/hello.wasm")));
    }

    private HttpResponse<String> invoke(FunctionVersion version, String requestId, String event)
            throws IOException, InterruptedException {
        var order = new HostInvocation(
                version.key(),
                version.revisionId(),
                requestId,
                1,
                version.arn("us-east-1"),
                null,
                true,
                null,
                null,
                false,
                false);
        return send(HttpRequest.newBuilder(endpoint.resolve(HostInvocation.PATH))
                .header(Voucher.HEADER, vouching.issueForService("test", "000000000000"))
                .header(HostInvocation.HEADER, Base64.getUrlEncoder().encodeToString(Json.bytes(order)))
                .POST(HttpRequest.BodyPublishers.ofString(event)));
    }

    private static InvocationOutcome outcome(HttpResponse<String> answer) {
        String header = answer.headers().firstValue(InvocationOutcome.HEADER).orElseThrow();
        return Json.read(Base64.getUrlDecoder().decode(header), InvocationOutcome.class);
    }

    @Test
    void anInvocationIsAnsweredLoggedAndBilledOnce() throws Exception {
        var version = deploy("hello", hello());
        String requestId = UUID.randomUUID().toString();
        var answer = invoke(version, requestId, "{\"n\":1}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Json.mapper().readTree(answer.body()).get("event").asString())
                .isEqualTo("{\"n\":1}");
        var outcome = outcome(answer);
        assertThat(outcome.status()).isEqualTo(InvocationOutcome.Status.SUCCESS);
        assertThat(outcome.start()).isEqualTo(InvocationOutcome.Start.COLD);
        String log = new String(Base64.getDecoder().decode(outcome.logTail()), StandardCharsets.UTF_8);
        assertThat(log)
                .contains("START RequestId: " + requestId, "hello from WebAssembly", "REPORT RequestId: " + requestId);

        await().until(() -> billed.containsKey(UsageEvent.Invocation.idOf(requestId, 1)));
        var line = billed.get(UsageEvent.Invocation.idOf(requestId, 1));
        assertThat(line.billedMillis()).isEqualTo(outcome.billedMillis()).isPositive();
        assertThat(line.bytesIn()).isEqualTo(7);
        assertThat(line.bytesOut()).isEqualTo(answer.body().length());
        assertThat(outcome(invoke(version, UUID.randomUUID().toString(), "{}")).start())
                .isEqualTo(InvocationOutcome.Start.WARM);
    }

    @Test
    void codeThatIsNotWhatWasDeployedIsNeverRunAndNeverBilled() throws Exception {
        byte[] own = zip("hello.wasm", "never run".getBytes(StandardCharsets.UTF_8));
        var forged = deploy("forged", own);
        objects.put(CodeStorage.target(forged.codeSha256()), hello());
        String requestId = UUID.randomUUID().toString();
        var outcome = outcome(invoke(forged, requestId, "{}"));
        assertThat(outcome.status()).isEqualTo(InvocationOutcome.Status.PLATFORM_ERROR);
        assertThat(outcome.billedMillis()).isZero();
    }

    @Test
    void badModulesAreTheFunctionsFault() throws Exception {
        var version = deploy("bad", zip("hello.wasm", "this is no module".getBytes(StandardCharsets.UTF_8)));
        var answer = invoke(version, UUID.randomUUID().toString(), "{}");
        assertThat(outcome(answer).status()).isEqualTo(InvocationOutcome.Status.FUNCTION_ERROR);
        assertThat(Json.mapper().readTree(answer.body()).get("errorType").asString())
                .isNotEmpty();
    }

    private HttpResponse<String> prepare(byte[] order) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(endpoint.resolve(HostPreparation.PATH))
                .header(Voucher.HEADER, vouching.issueForService("test", "000000000000"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(order)));
    }

    @Test
    void aVersionIsPreparedOrTheReasonToldWhyItCannotBe() throws Exception {
        var good = deploy("prepared", hello());
        registry.remove(good.key());
        assertThat(prepare(Json.bytes(new HostPreparation(good, HostPreparation.USUAL)))
                        .statusCode())
                .isEqualTo(204);
        var noModule = prepare(Json.bytes(new HostPreparation(
                deploy("no-module", zip("hello.wasm", "no module".getBytes(StandardCharsets.UTF_8))), 0)));
        assertThat(noModule.statusCode()).isEqualTo(422);
        assertThat(noModule.body()).contains("\"code\":\"FunctionError.RuntimeInitError\"");
        var noZip = prepare(Json.bytes(
                new HostPreparation(deploy("no-zip", "no zip".getBytes(StandardCharsets.UTF_8)), 0)));
        assertThat(noZip.statusCode()).isEqualTo(422);
        assertThat(noZip.body()).contains("\"code\":\"InvalidZipFileException\"");
        var lost = deploy("lost", zip("lost", new byte[0]));
        objects.remove(CodeStorage.target(lost.codeSha256()));
        assertThat(prepare(Json.bytes(new HostPreparation(lost, 0))).statusCode())
                .isEqualTo(503);
        for (String noise : new String[] {"", "noise", "{}", "[]"}) {
            assertThat(prepare(noise.getBytes(StandardCharsets.UTF_8)).statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void whatCannotBeRunIsRefusedWithItsReason() throws Exception {
        var version = deploy("gone", hello());
        registry.remove(version.key());
        assertThat(invoke(version, "r", "{}").statusCode()).isEqualTo(404);

        var noOrder = send(HttpRequest.newBuilder(endpoint.resolve(HostInvocation.PATH))
                .header(Voucher.HEADER, vouching.issueForService("test", "000000000000"))
                .header(HostInvocation.HEADER, "nonsense")
                .POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(noOrder.statusCode()).isEqualTo(400);
        assertThat(noOrder.body()).contains(HostInvocation.HEADER).doesNotContain("Exception");

        var unvouched = send(HttpRequest.newBuilder(endpoint.resolve(HostInvocation.PATH))
                .POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(unvouched.statusCode()).isEqualTo(403);
    }
}
