package dev.mayfly.host.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.logs.LogLine;
import dev.mayfly.host.HostProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class LogPublisherTest {
    private static final Instant SECOND = Instant.parse("2026-01-31T12:00:00Z");
    private static final int MOST = 5_000;

    private final MockProducer<String, byte[]> kafka =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    private final LogPublisher publisher = new LogPublisher(
            new Binder(new MapConfigurationPropertySource(
                            Map.of("mayfly.trust-key", "k", "mayfly.log-backlog", 40_000)))
                    .bind("mayfly", HostProperties.class)
                    .get(),
            new EventPublisher(kafka),
            new SimpleMeterRegistry());

    @BeforeEach
    void start() {
        publisher.start();
    }

    @AfterEach
    void stop() {
        publisher.stop();
    }

    private static LogLine line(Instant time, String text) {
        return new LogLine("000000000000:f:$LATEST", "r", "/aws/lambda/f", "s", time, text);
    }

    private List<String> published() {
        return kafka.history().stream()
                .map(sent -> new String(sent.value(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void thePlatformsLinesAreThereHoweverManyThereAre() {
        for (int i = 0; i < 3 * MOST; i++) {
            publisher.publishPlatform(line(SECOND, "REPORT"));
        }
        publisher.publish(line(SECOND, "mine"));
        await().until(() -> kafka.history().size() == 3 * MOST + 1);
        assertThat(published().getLast()).isEqualTo("mine");
    }

    @Test
    void aLineThatIsTooLongIsCutAndSaysByHowMuch() {
        publisher.publish(line(SECOND, "x".repeat(262_144)));
        publisher.publish(line(SECOND, "y".repeat(262_145 + 41)));
        await().until(() -> kafka.history().size() == 2);
        assertThat(published())
                .containsExactly(
                        "x".repeat(262_144),
                        "y".repeat(262_144) + " [mayfly] 42 more characters of this line were dropped");
    }

    @Test
    void aFunctionThatWritesWithoutEndIsCutShortAndToldSo() {
        for (int i = 0; i < MOST + 7; i++) {
            publisher.publish(line(SECOND, "mine"));
        }
        publisher.publishPlatform(line(SECOND, "REPORT"));
        publisher.publishPlatform(line(SECOND.plusSeconds(1), "START"));
        await().until(() -> kafka.history().size() == MOST + 3);
        assertThat(published().subList(MOST, MOST + 3))
                .containsExactly("REPORT", "[mayfly] 7 log lines were dropped here", "START");
    }
}
