package dev.mayfly.invoker.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.contracts.function.EventSource.KafkaTopic;
import dev.mayfly.contracts.function.SourceReport;
import dev.mayfly.contracts.triggers.EventFilter;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.testing.TestKafka;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class TopicReadingTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final SourceSettings SETTINGS = new SourceSettings(
            List.of(),
            List.of(),
            1 << 20,
            Duration.ofHours(1),
            Duration.ofMillis(20),
            Duration.ofMillis(100),
            Duration.ofSeconds(3),
            Duration.ofSeconds(6),
            Duration.ofMinutes(5));

    private final AtomicInteger faults = new AtomicInteger(3);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** What is counted for the source breaks a few times, in a place where nothing is expected to. */
    private SourceMetrics breaking() {
        meters.config().meterFilter(new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                if (id.getName().equals("mayfly.sources.filtered") && faults.getAndDecrement() > 0) {
                    throw new IllegalStateException("broken for this test");
                }
                return MeterFilterReply.NEUTRAL;
            }
        });
        return new SourceMetrics(meters);
    }

    private static KafkaTopic source(String topic) {
        String id = UUID.randomUUID().toString();
        return new KafkaTopic(
                id,
                "000000000000",
                1,
                new EventSource.Target("f", null),
                true,
                List.of(TestKafka.bootstrapServers()),
                topic,
                "000000000000." + id,
                EventSource.StartingPosition.TRIM_HORIZON,
                null,
                10,
                0,
                List.of("{\"value\":[\"wanted\"]}"),
                new EventSource.Failures(null, null, false, false, null));
    }

    @Test
    @SuppressWarnings("NullAway") // Nothing passes the filter, so nothing is called.
    void aWorkerThatBreaksOffIsSeenAndReplaced() throws Exception {
        var kafka = Map.<String, Object>of("bootstrap.servers", TestKafka.bootstrapServers());
        var reported = new CopyOnWriteArrayList<String>();
        var registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        registry.createContext("/internal/event-sources/", exchange -> {
            reported.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        registry.start();
        var address = URI.create("http://127.0.0.1:" + registry.getAddress().getPort());
        var source = source("000000000000.broken");
        var filter = EventFilter.of(source.filters());
        var metrics = breaking();
        var stopping = new Stopping();
        try (var admin = Admin.create(kafka);
                var producer = new KafkaProducer<>(kafka, new StringSerializer(), new StringSerializer());
                var reports = new SourceReports(address, new Vouching(Sealer.of(Sealer.newKey()), Clock.systemUTC()))) {
            reports.start();
            admin.createTopics(List.of(new NewTopic(source.topic(), 1, (short) 1)))
                    .all()
                    .get();
            for (String value : List.of("1", "2", "3")) {
                producer.send(new ProducerRecord<>(source.topic(), value)).get();
            }
            var delivery = new BatchDelivery(source, null, null, reports, metrics, SETTINGS, Clock.systemUTC());
            var reader = Thread.ofPlatform().start(() -> {
                try (var reading =
                        new TopicReading(source, filter, delivery, metrics, new SourceMemory(1 << 20), SETTINGS)) {
                    reading.run(stopping);
                }
            });
            await().atMost(LIMIT)
                    .ignoreExceptions()
                    .until(() -> admin.listConsumerGroupOffsets(source.consumerGroup())
                                    .partitionsToOffsetAndMetadata()
                                    .get()
                                    .get(new TopicPartition(source.topic(), 0))
                                    .offset()
                            == 3);
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(reported)
                            .anyMatch(report -> report.contains(SourceReport.Phase.READING.name())
                                    && report.contains("PROBLEM: An internal error occurred")));
            stopping.stop();
            assertThat(reader.join(LIMIT)).isTrue();
        } finally {
            registry.stop(0);
        }
        assertThat(faults).hasNegativeValue();
        assertThat(meters.counter("mayfly.sources.errors", "source", source.id())
                        .count())
                .isEqualTo(3);
        assertThat(meters.counter("mayfly.sources.filtered", "source", source.id())
                        .count())
                .isEqualTo(3);
    }
}
