package dev.mayfly.billing;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.testing.TestKafka;
import dev.mayfly.testing.TestPostgres;
import java.io.IOException;
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
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;

/** The whole service on a free port, over the real Kafka and a schema of its own in the real PostgreSQL. */
public final class RunningBilling implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String trustKey = Sealer.newKey();
    private final Vouching vouching = new Vouching(Sealer.of(trustKey), Clock.systemUTC());
    private final EventPublisher publisher = new EventPublisher(TestKafka.bootstrapServers());
    private final String databaseUrl;
    private final String kafka;
    private final Class<?>[] extras;
    private final List<String> properties;
    private ConfigurableApplicationContext context;

    private RunningBilling(String databaseUrl, String kafka, List<String> properties, Class<?>... extras) {
        this.databaseUrl = databaseUrl;
        this.kafka = kafka;
        this.extras = extras;
        this.properties = properties;
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        start();
    }

    public static RunningBilling start(String schema, Class<?>... extras) {
        return new RunningBilling(TestPostgres.url(schema), TestKafka.bootstrapServers(), List.of(), extras);
    }

    public static RunningBilling start(String schema, List<String> properties) {
        return new RunningBilling(TestPostgres.url(schema), TestKafka.bootstrapServers(), properties);
    }

    /** With PostgreSQL and Kafka wherever the test has put them. */
    public static RunningBilling startOver(String databaseUrl, String kafka) {
        return new RunningBilling(databaseUrl, kafka, List.of());
    }

    public void start() {
        var sources = new ArrayList<Class<?>>(List.of(extras));
        sources.addFirst(BillingApplication.class);
        var args = new ArrayList<>(List.of(
                "--server.port=0",
                "--mayfly.trust-key=" + trustKey,
                "--mayfly.kafka=" + kafka,
                "--mayfly.billing.retry-delay=50ms",
                "--spring.datasource.url=" + databaseUrl,
                "--spring.datasource.username=",
                "--logging.level.root=warn"));
        args.addAll(properties);
        context = new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).run(args.toArray(String[]::new));
    }

    public void stop() {
        context.close();
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public JdbcClient sql() {
        return bean(JdbcClient.class);
    }

    /** Over connections that the service knows nothing of. */
    public JdbcClient ownSql() {
        return JdbcClient.create(new DriverManagerDataSource(databaseUrl));
    }

    /** Puts events on Kafka, in this order, and returns when they are safe there. */
    public void publish(List<? extends UsageEvent> events) {
        var sent = events.stream()
                .map(event -> publisher.publish(
                        Topics.USAGE_EVENTS,
                        event.accountId(),
                        CloudEvent.of(event.id(), "/test", "dev.mayfly.usage.test", event.resource(), event)))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(sent).join();
    }

    /** Puts any text on {@code usage.events}. */
    public void publishRaw(String key, String value) {
        publisher
                .publish(
                        Topics.USAGE_EVENTS,
                        key,
                        new CloudEvent(
                                UUID.randomUUID().toString(),
                                "/test",
                                "test",
                                null,
                                Instant.now(),
                                Map.of(),
                                value.getBytes(StandardCharsets.UTF_8)))
                .join();
    }

    public long linesOf(String account) {
        return ownSql().sql("SELECT count(*) FROM ledger_line WHERE account_id = ?")
                .param(account)
                .query(Long.class)
                .single();
    }

    public void awaitLines(String account, long count) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> linesOf(account) >= count);
    }

    public HttpResponse<String> get(String account, Role role, String target, String... headers) {
        var voucher = new Voucher(
                "test", account, "AKIATEST", role, null, UUID.randomUUID().toString(), target, null, vouching.expiry());
        return send(target, vouching.issue(voucher), headers);
    }

    public HttpResponse<String> getWithoutVoucher(String target) {
        return send(target, "");
    }

    private HttpResponse<String> send(String target, String voucher, String... headers) {
        String port = context.getEnvironment().getProperty("local.server.port");
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target));
        if (!voucher.isEmpty()) {
            request.header(Voucher.HEADER, voucher);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public JsonNode json(String account, String target) {
        var answer = get(account, Role.AUDITOR, target);
        if (answer.statusCode() != 200) {
            throw new AssertionError(target + ": " + answer.statusCode() + " " + answer.body());
        }
        return Json.mapper().readTree(answer.body());
    }

    @Override
    public void close() {
        publisher.close();
        if (context.isActive()) {
            context.close();
        }
    }
}
