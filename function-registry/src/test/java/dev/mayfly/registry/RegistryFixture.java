package dev.mayfly.registry;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.HostPreparation;
import dev.mayfly.contracts.identity.AccountRecord;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.testing.TestKafka;
import dev.mayfly.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;

/** The registry, running with real PostgreSQL and Kafka, a host that reports and an object store in memory. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
public abstract class RegistryFixture {
    protected static final String ACCOUNT = "000000000000";
    protected static final String ROLE = "arn:aws:iam::" + ACCOUNT + ":role/any";
    protected static final String ARN = "arn:aws:lambda:us-east-1:" + ACCOUNT + ":function:";

    /** One for all test classes of this JVM, as the Spring context is. */
    private static final class Surroundings {
        static final String KEY = Sealer.newKey();
        static final Vouching VOUCHING = new Vouching(Sealer.of(KEY), Clock.systemUTC());
        static final StubObjectStore OBJECTS = new StubObjectStore(VOUCHING);
        static final StubHost HOST = new StubHost();
        static final String DATABASE = TestPostgres.url("registry");
        static final EventPublisher EVENTS = new EventPublisher(TestKafka.bootstrapServers());
        static final Map<String, Optional<FunctionVersion>> PUBLISHED = new ConcurrentHashMap<>();
        static final Map<String, Optional<InvocationRules>> RULES = new ConcurrentHashMap<>();
        static final HttpClient HTTP = HttpClient.newHttpClient();

        static {
            Executors.newSingleThreadScheduledExecutor(
                            Thread.ofPlatform().daemon().factory())
                    .scheduleAtFixedRate(Surroundings::report, 0, 1, TimeUnit.SECONDS);
            new TopicTail(
                    TestKafka.bootstrapServers(), Topics.FUNCTION_VERSIONS, TopicTail.From.BEGINNING, received -> {
                        var value = received.value() == null
                                ? Optional.<FunctionVersion>empty()
                                : Optional.of(
                                        Json.read(CloudEvent.from(received).data(), FunctionVersion.class));
                        PUBLISHED.put(received.key(), value);
                    });
            new TopicTail(TestKafka.bootstrapServers(), Topics.FUNCTION_RULES, TopicTail.From.BEGINNING, received -> {
                var value = received.value() == null
                        ? Optional.<InvocationRules>empty()
                        : Optional.of(Json.read(CloudEvent.from(received).data(), InvocationRules.class));
                RULES.put(received.key(), value);
            });
        }

        private static volatile List<HostStatus.Sandboxes> sandboxes = List.of();

        private static void report() {
            var status = new HostStatus(
                    "host-1",
                    HOST.url(),
                    List.of(
                            new HostStatus.Tier(Isolation.WASM, true, false, "endive", List.of("wasm32-wasip1")),
                            new HostStatus.Tier(
                                    Isolation.CONTAINER,
                                    true,
                                    false,
                                    "runc",
                                    List.of("image", "java25", "nodejs20.x", "python3.11", "provided.al2023")),
                            new HostStatus.Tier(Isolation.GVISOR, false, false, "runsc is not installed", List.of())),
                    4096,
                    0,
                    sandboxes,
                    Instant.now());
            EVENTS.publish(
                    Topics.HOST_STATUS,
                    "host-1",
                    CloudEvent.of(UUID.randomUUID().toString(), "/test", "host", null, status));
        }
    }

    @Value("${local.server.port}")
    protected int port;

    @DynamicPropertySource
    static void surroundings(DynamicPropertyRegistry properties) throws IOException {
        String data = Files.createTempDirectory("registry-test").toString();
        properties.add("mayfly.trust-key", () -> Surroundings.KEY);
        properties.add("mayfly.kafka", TestKafka::bootstrapServers);
        properties.add("mayfly.data", () -> data);
        properties.add("mayfly.services.objects", Surroundings.OBJECTS::url);
        properties.add("mayfly.images.registries", () -> "localhost");
        properties.add("mayfly.services.gateway", () -> "http://gateway.test:8080");
        properties.add("spring.datasource.url", () -> Surroundings.DATABASE);
        properties.add("spring.datasource.username", () -> "registry");
        properties.add("spring.datasource.password", () -> "registry");
    }

    /** The environment of a registry in a process of its own, on {@code port}, with its own schema. */
    protected static Map<String, String> environment(int port, String schema, String data) {
        return Map.of(
                "MAYFLY_REGISTRY_PORT",
                Integer.toString(port),
                "MAYFLY_TRUST_KEY",
                Surroundings.KEY,
                "MAYFLY_KAFKA",
                TestKafka.bootstrapServers(),
                "MAYFLY_OBJECTS_URL",
                Surroundings.OBJECTS.url(),
                "MAYFLY_GATEWAY_URL",
                "http://gateway.test:8080",
                "MAYFLY_DATA",
                data,
                "MAYFLY_DATABASE_URL",
                TestPostgres.url(schema),
                "MAYFLY_DATABASE_USER",
                schema,
                "MAYFLY_DATABASE_PASSWORD",
                schema);
    }

    /** What the host says from now on that it holds. */
    protected static void report(HostStatus.Sandboxes... sandboxes) {
        Surroundings.sandboxes = List.of(sandboxes);
        Surroundings.report();
    }

    /** What the host answers to orders to prepare something from now on. */
    protected static void preparationAnswer(int status, String body) {
        Surroundings.HOST.answer(new StubHost.Answer(status, body));
    }

    /** What the host is asked to prepare waits from now on, until there is an answer. */
    protected static void preparationsWait() {
        Surroundings.HOST.think();
    }

    /** What the host was asked to prepare for an account. */
    protected static List<HostPreparation> preparations(String account) {
        return Surroundings.HOST.ordersOf(account);
    }

    protected static StubHost host() {
        return Surroundings.HOST;
    }

    protected static StubObjectStore objects() {
        return Surroundings.OBJECTS;
    }

    /** What Kafka says last about a function: null when never heard of, empty when deleted. */
    protected static Optional<FunctionVersion> published(String name) {
        return published(ACCOUNT, name);
    }

    protected static Optional<FunctionVersion> published(String account, String name) {
        return Surroundings.PUBLISHED.get(FunctionVersion.key(account, name, FunctionVersion.LATEST));
    }

    protected static Optional<FunctionVersion> publishedVersion(String name, String version) {
        return Surroundings.PUBLISHED.get(FunctionVersion.key(ACCOUNT, name, version));
    }

    /** What Kafka says last about a function's rules: null when never heard of, empty when deleted. */
    protected static Optional<InvocationRules> rules(String name) {
        return Surroundings.RULES.get(InvocationRules.key(ACCOUNT, name));
    }

    protected static String voucher(String account, Role role, String contentSha256) {
        return Surroundings.VOUCHING.issue(new Voucher(
                "api-gateway",
                account,
                "AKIATEST",
                role,
                null,
                UUID.randomUUID().toString(),
                null,
                new Voucher.PayloadSignature(contentSha256, null, null, null, null),
                Surroundings.VOUCHING.expiry()));
    }

    /** What the identity service tells about an account. */
    protected static void publishMinimum(String account, @Nullable Isolation minimum) {
        var record = new AccountRecord(account, minimum);
        Surroundings.EVENTS
                .publish(
                        Topics.ACCOUNTS,
                        account,
                        CloudEvent.of(UUID.randomUUID().toString(), "/test", "account", null, record))
                .join();
    }

    protected static String serviceVoucher() {
        return Surroundings.VOUCHING.issueForService("invoker-service", ACCOUNT);
    }

    /** The AWS SDK, with what the gateway would add. */
    protected LambdaClient lambda(String account, Role role) {
        return LambdaClient.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIATEST", "secret")))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(config -> config.retryStrategy(retry -> retry.maxAttempts(1))
                        .addExecutionInterceptor(new ExecutionInterceptor() {
                            @Override
                            public SdkHttpRequest modifyHttpRequest(
                                    Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
                                return context.httpRequest().toBuilder()
                                        .putHeader(Voucher.HEADER, voucher(account, role, "UNSIGNED-PAYLOAD"))
                                        .build();
                            }
                        }))
                .build();
    }

    protected LambdaClient lambda() {
        return lambda(ACCOUNT, Role.DEPLOYER);
    }

    protected static CreateFunctionRequest.Builder node(String name) {
        return CreateFunctionRequest.builder()
                .functionName(name)
                .runtime("nodejs20.x")
                .handler("index.handler")
                .role(ROLE)
                .code(code -> code.zipFile(SdkBytes.fromByteArray(Zips.of("index.js", "exports.handler = () => 1"))));
    }

    protected HttpResponse<String> send(String method, String target, String body) {
        return send(method, target, body.getBytes(StandardCharsets.UTF_8), "UNSIGNED-PAYLOAD", Role.OWNER);
    }

    protected HttpResponse<String> send(String method, String target, byte[] body, String contentSha256, Role role) {
        return send(method, target, body, voucher(ACCOUNT, role, contentSha256));
    }

    protected HttpResponse<String> send(String method, String target, byte[] body, String voucher) {
        try {
            return Surroundings.HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
                            .method(method, BodyPublishers.ofByteArray(body))
                            .header(Voucher.HEADER, voucher)
                            .build(),
                    BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A CreateFunction body with {@code more} members, e.g. {@code "\"Timeout\":3"}. */
    protected static String createBody(String name, byte[] zip, String runtime, String more) {
        return """
                {"FunctionName":"%s","Runtime":"%s","Role":"%s","Handler":"index.handler","Code":{"ZipFile":"%s"}%s}""".formatted(
                        name, runtime, ROLE, Base64.getEncoder().encodeToString(zip), more.isEmpty() ? "" : "," + more);
    }
}
