package dev.mayfly.observability;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.testing.TestKafka;
import dev.mayfly.testing.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.UUID;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** The whole service on a free port, over the real Kafka and a schema of its own in the real PostgreSQL. */
public final class RunningObservability implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String trustKey = Sealer.newKey();
    private final Vouching vouching = new Vouching(Sealer.of(trustKey), Clock.systemUTC());
    private final EventPublisher publisher;
    private final ConfigurableApplicationContext context;

    public RunningObservability(String schema) {
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        publisher = new EventPublisher(TestKafka.bootstrapServers());
        context = new SpringApplicationBuilder(ObservabilityApplication.class)
                .run(
                        "--server.port=0",
                        "--mayfly.trust-key=" + trustKey,
                        "--mayfly.kafka=" + TestKafka.bootstrapServers(),
                        "--mayfly.observability.retry-delay=50ms",
                        "--mayfly.observability.follow-interval=50ms",
                        "--spring.datasource.url=" + TestPostgres.url(schema),
                        "--spring.datasource.username=",
                        "--logging.level.root=warn");
    }

    public void publish(Topics topic, String key, CloudEvent event) {
        publisher.publish(topic, key, event).join();
    }

    public URI url(String target) {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + target);
    }

    public String voucher(String account, Role role) {
        return vouching.issue(new Voucher(
                "test", account, "AKIATEST", role, null, UUID.randomUUID().toString(), "/", null, vouching.expiry()));
    }

    public HttpResponse<String> get(String account, Role role, String target) {
        return send(HttpRequest.newBuilder(url(target)).header(Voucher.HEADER, voucher(account, role)));
    }

    public JsonNode json(String account, String target) {
        var answer = get(account, Role.AUDITOR, target);
        if (answer.statusCode() != 200) {
            throw new AssertionError(target + ": " + answer.statusCode() + " " + answer.body());
        }
        return Json.mapper().readTree(answer.body());
    }

    /** An operation of CloudWatch Logs. */
    public HttpResponse<String> logs(String account, Role role, String operation, String body) {
        return send(HttpRequest.newBuilder(url("/"))
                .header(Voucher.HEADER, voucher(account, role))
                .header("Content-Type", "application/x-amz-json-1.1")
                .header("X-Amz-Target", "Logs_20140328." + operation)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        publisher.close();
        context.close();
    }
}
