package dev.mayfly.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.contracts.identity.AccountRecord;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.load.LoadBoard;
import dev.mayfly.testing.TestKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole invoker over real Kafka, with a stub for the registry and for the sandbox host. */
final class InvokerUnderTest implements AutoCloseable {
    static final String ACCOUNT = "000000000000";
    static final String TRUST_KEY = Sealer.newKey();

    final StubHost host = new StubHost();
    final EventPublisher publisher;
    final Vouching vouching = new Vouching(Sealer.of(TRUST_KEY), Clock.systemUTC());
    private final Map<String, FunctionVersion> registered = new ConcurrentHashMap<>();
    private final Map<String, InvocationRules> ruled = new ConcurrentHashMap<>();

    /** Every question that the registry was asked, by its path. */
    final List<String> questions = new CopyOnWriteArrayList<>();

    /** What was reported last about each event source, by its id. */
    final Map<String, String> reports = new ConcurrentHashMap<>();

    private final HttpServer registry =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    private final HttpClient http = HttpClient.newHttpClient();
    private final ConfigurableApplicationContext context;

    InvokerUnderTest(String... settings) throws IOException {
        this(List.of(), settings);
    }

    /** Knows {@code functions} before it starts, so that none of their waiting events comes too early. */
    InvokerUnderTest(List<String> functions, String... settings) throws IOException {
        functions.forEach(this::register);
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        publisher = new EventPublisher(TestKafka.bootstrapServers());
        registry.createContext("/internal/function-versions/", exchange -> {
            String[] path = exchange.getRequestURI().getPath().split("/");
            tell(exchange, registered.get(path[3] + ":" + path[4] + ":" + path[5]));
        });
        registry.createContext("/internal/functions/", exchange -> {
            String[] path = exchange.getRequestURI().getPath().split("/");
            tell(exchange, ruled.get(path[3] + ":" + path[4]));
        });
        registry.createContext("/internal/event-sources/", exchange -> {
            reports.put(
                    exchange.getRequestURI().getPath().split("/")[3],
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        registry.start();
        var arguments = new ArrayList<String>(List.of(
                "--server.port=0",
                "--mayfly.trust-key=" + TRUST_KEY,
                "--mayfly.kafka=" + TestKafka.bootstrapServers(),
                "--mayfly.services.registry=http://127.0.0.1:"
                        + registry.getAddress().getPort(),
                "--mayfly.services.host=" + host.url(),
                "--mayfly.services.objects=" + host.url()));
        arguments.addAll(List.of(settings));
        context = SpringApplication.run(InvokerApplication.class, arguments.toArray(String[]::new));
        await().atMost(Duration.ofSeconds(40)).until(() -> health().contains("\"status\":\"UP\""));
    }

    /** It is an error as AWS shapes them. */
    static void assertError(HttpResponse<String> response, int status, String type, String message) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("x-amzn-ErrorType")).hasValue(type);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.body()).contains("\"message\":\"", "\"Message\":\"").contains(message);
    }

    private void tell(HttpExchange exchange, @Nullable Object found) throws IOException {
        questions.add(exchange.getRequestURI().getPath());
        byte[] body = found == null ? new byte[0] : Json.bytes(found);
        exchange.sendResponseHeaders(found == null ? 404 : 200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String health() throws Exception {
        return http.send(
                        HttpRequest.newBuilder(at("/actuator/health/readiness")).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    URI at(String path) {
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        return URI.create("http://127.0.0.1:" + port + path);
    }

    static FunctionVersion version(String account, String name, String version) {
        return function(account, name, version, "Active");
    }

    FunctionVersion function(String name, String state) {
        return function(ACCOUNT, name, state);
    }

    private static FunctionVersion function(String account, String name, String state) {
        return function(account, name, "$LATEST", state);
    }

    private static FunctionVersion function(String account, String name, String version, String state) {
        return new FunctionVersion(
                account,
                name,
                version,
                UUID.randomUUID().toString(),
                "nodejs20.x",
                "index.handler",
                128,
                3,
                512,
                Map.of(),
                "0".repeat(64),
                100,
                Isolation.CONTAINER,
                Network.NONE,
                state,
                null,
                Instant.now());
    }

    FunctionVersion withDeadLetters(String name, String target) {
        var plain = function(name, "Active");
        return new FunctionVersion(
                plain.accountId(),
                name,
                plain.version(),
                plain.revisionId(),
                plain.runtime(),
                plain.handler(),
                plain.memoryMb(),
                plain.timeoutSeconds(),
                plain.ephemeralStorageMb(),
                plain.environment(),
                plain.codeSha256(),
                plain.codeSize(),
                plain.isolation(),
                plain.network(),
                plain.state(),
                null,
                plain.lastModified(),
                List.of(),
                null,
                plain.logging(),
                false,
                target,
                false,
                java.util.List.of());
    }

    /** The registry knows it; Kafka has not told yet. */
    void register(String... names) {
        for (String name : names) {
            register(function(name, "Active"));
        }
    }

    void register(FunctionVersion function) {
        registered.put(function.key(), function);
    }

    int inFlight() {
        return context.getBean(LoadBoard.class).inFlight();
    }

    boolean isRegistered(String functionKey) {
        return registered.containsKey(functionKey);
    }

    /** An account that no other test uses has the function. */
    void register(String account, String name) {
        register(function(account, name, "Active"));
    }

    /** Kafka tells what the weakest tier is that the account's functions may run in. */
    void minimum(String account, @Nullable Isolation minimum) {
        publish(Topics.ACCOUNTS, account, new AccountRecord(account, minimum));
    }

    void publish(Topics topic, String key, Object record) {
        publisher
                .publish(topic, key, CloudEvent.of(UUID.randomUUID().toString(), "/test", "test", null, record))
                .join();
    }

    void unregister(String name) {
        registered.remove(FunctionVersion.key(ACCOUNT, name, "$LATEST"));
    }

    void publish(FunctionVersion function) {
        publish(Topics.FUNCTION_VERSIONS, function.key(), function);
    }

    void unregister(FunctionVersion function) {
        registered.remove(function.key());
        publisher.publishTombstone(Topics.FUNCTION_VERSIONS, function.key()).join();
    }

    /** The registry has these rules; Kafka has not told yet. */
    void rule(InvocationRules rules) {
        ruled.put(rules.key(), rules);
    }

    /** The registry has these rules, and the invoker has heard of them. */
    void publish(InvocationRules rules) {
        rule(rules);
        publish(Topics.FUNCTION_RULES, rules.key(), rules);
        var directory = context.getBean(FunctionDirectory.class);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> directory.rules(rules.accountId(), rules.name()).equals(rules));
    }

    /** InvokeWithResponseStream. */
    Call streamed(String function) {
        return new Call("/2021-11-15/functions/" + function + "/response-streaming-invocations");
    }

    Call call(String function) {
        return new Call("/2015-03-31/functions/" + function + "/invocations");
    }

    /** One request, as the gateway would hand it on. */
    final class Call {
        private final HttpRequest.Builder request;
        private Role role = Role.OWNER;
        private String account = ACCOUNT;
        private Voucher.@Nullable PayloadSignature payload;
        private String method = "POST";
        private HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString("{}");
        private final String requestId = UUID.randomUUID().toString();

        Call(String path) {
            request = HttpRequest.newBuilder(at(path)).timeout(Duration.ofSeconds(60));
        }

        String requestId() {
            return requestId;
        }

        Call header(String name, String value) {
            request.header(name, value);
            return this;
        }

        Call event() {
            return header("X-Amz-Invocation-Type", "Event");
        }

        Call role(Role as) {
            role = as;
            return this;
        }

        Call account(String of) {
            account = of;
            return this;
        }

        Call signed(String contentSha256) {
            payload = new Voucher.PayloadSignature(contentSha256, null, null, null, null);
            return this;
        }

        Call method(String other) {
            method = other;
            return this;
        }

        Call body(String text) {
            body = HttpRequest.BodyPublishers.ofString(text);
            return this;
        }

        Call body(byte[] bytes) {
            body = HttpRequest.BodyPublishers.ofByteArray(bytes);
            return this;
        }

        HttpResponse<String> send() throws IOException, InterruptedException {
            return send(HttpResponse.BodyHandlers.ofString());
        }

        <T> HttpResponse<T> send(HttpResponse.BodyHandler<T> as) throws IOException, InterruptedException {
            var voucher = new Voucher(
                    "api-gateway", account, "AKIATEST", role, null, requestId, null, payload, vouching.expiry());
            request.header(Voucher.HEADER, vouching.issue(voucher)).method(method, body);
            return http.send(request.build(), as);
        }
    }

    @Override
    public void close() {
        context.close();
        http.shutdownNow();
        host.close();
        registry.stop(0);
        publisher.close();
    }
}
