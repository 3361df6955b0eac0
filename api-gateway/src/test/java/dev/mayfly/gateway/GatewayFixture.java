package dev.mayfly.gateway;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.identity.AccessKeyRecord;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.testing.TestKafka;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;

/** A real gateway over real Kafka with stub services behind, started once for all tests. */
public final class GatewayFixture {
    public static final String ACCOUNT = "123456789012";
    public static final String KEY = "AKIATESTTESTTESTTEST";
    public static final String SECRET = "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";
    public static final String TRUST_KEY = Sealer.newKey();
    private static final String MASTER_KEY = Sealer.newKey();
    private static final GatewayFixture INSTANCE = new GatewayFixture();

    public final StubService stub = new StubService(Sealer.of(TRUST_KEY));
    public final EventPublisher publisher = new EventPublisher(TestKafka.bootstrapServers());
    public final Path data;
    public final int port;
    public final dev.mayfly.gateway.keys.AccessKeys keys;

    private GatewayFixture() {
        try {
            data = Files.createTempDirectory("mayfly-gateway-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        publish(record(KEY, SECRET, Role.DEPLOYER, true));
        String behind = "http://127.0.0.1:" + stub.port();
        var context = new SpringApplicationBuilder(GatewayApplication.class)
                .run(
                        "--server.port=0",
                        "--mayfly.trust-key=" + TRUST_KEY,
                        "--mayfly.master-key=" + MASTER_KEY,
                        "--mayfly.kafka=" + TestKafka.bootstrapServers(),
                        "--mayfly.data=" + data,
                        "--mayfly.services.identity=" + behind,
                        "--mayfly.services.registry=" + behind,
                        "--mayfly.services.invoker=" + behind,
                        "--mayfly.services.objects=" + behind,
                        // Nobody listens there: a service that is down.
                        "--mayfly.services.billing=http://127.0.0.1:1",
                        "--mayfly.services.observability=" + behind,
                        "--mayfly.services.autoscaler=" + behind);
        Runtime.getRuntime().addShutdownHook(new Thread(context::close));
        port = ((WebServerApplicationContext) context).getWebServer().getPort();
        keys = context.getBean(dev.mayfly.gateway.keys.AccessKeys.class);
        awaitKnown(KEY, true);
    }

    public static GatewayFixture get() {
        INSTANCE.stub.reset();
        return INSTANCE;
    }

    public URI url() {
        return URI.create("http://localhost:" + port);
    }

    public static AccessKeyRecord record(String id, String secret, Role role, boolean active) {
        String sealed =
                Sealer.of(MASTER_KEY).seal(secret.getBytes(StandardCharsets.UTF_8), AccessKeyRecord.sealContext(id));
        return new AccessKeyRecord(id, ACCOUNT, role, active, sealed, Instant.now());
    }

    public void publish(AccessKeyRecord key) {
        publisher
                .publish(
                        Topics.ACCESS_KEYS,
                        key.accessKeyId(),
                        CloudEvent.of(key.accessKeyId(), "/test", "test", null, key))
                .join();
    }

    public void awaitKnown(String id, boolean known) {
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(60))
                .pollInterval(java.time.Duration.ofMillis(20))
                .until(() -> keys.isReady() && (keys.known(id) != null) == known);
    }
}
