package dev.mayfly.contracts.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageShipperTest {
    private static final Duration NEVER = Duration.ofDays(1);

    @TempDir
    Path folder;

    private static MockProducer<String, byte[]> kafka(boolean completes) {
        return new MockProducer<>(
                Cluster.empty(),
                completes,
                new RoundRobinPartitioner(),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private UsageShipper shipper(UsageJournal journal, MockProducer<String, byte[]> kafka) {
        return new UsageShipper(journal, new EventPublisher(kafka), "/test", NEVER);
    }

    private long segments() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void whatIsShippedIsForgotten() throws IOException {
        var kafka = kafka(true);
        try (var journal = new UsageJournal(folder);
                var shipper = shipper(journal, kafka)) {
            journal.append(UsageEvents.event("1"));
            journal.append(UsageEvents.event("2"));
            shipper.ship();
            shipper.ship();
            assertThat(kafka.history()).hasSize(2).allSatisfy(sent -> {
                assertThat(sent.topic()).isEqualTo(Topics.USAGE_EVENTS.topic());
                assertThat(sent.key()).isEqualTo("123456789012");
            });
            assertThat(new String(
                            kafka.history()
                                    .getFirst()
                                    .headers()
                                    .lastHeader("ce_type")
                                    .value(),
                            StandardCharsets.UTF_8))
                    .isEqualTo("dev.mayfly.usage.objectrequest");
            assertThat(segments()).isEqualTo(1);
        }
    }

    @Test
    void whatKafkaRefusesStaysAndIsShippedLater() throws IOException {
        try (var journal = new UsageJournal(folder)) {
            var away = kafka(true);
            away.sendException = new TimeoutException("Kafka is away");
            var failing = shipper(journal, away);
            for (int i = 0; i < 100; i++) {
                journal.append(UsageEvents.event("e" + i));
            }
            assertThatThrownBy(failing::ship).isInstanceOf(IOException.class).hasRootCauseMessage("Kafka is away");
            failing.close();
            assertThat(away.history()).isEmpty();

            var back = kafka(true);
            try (var shipper = shipper(journal, back)) {
                shipper.ship();
                assertThat(back.history()).hasSize(100);
            }
        }
    }

    @Test
    void oneRecordThatFailsKeepsItsWholeSegment() throws Exception {
        var kafka = kafka(false);
        try (var journal = new UsageJournal(folder)) {
            var shipper = shipper(journal, kafka);
            journal.append(UsageEvents.event("1"));
            journal.append(UsageEvents.event("2"));
            var result = new CompletableFuture<Throwable>();
            Thread.ofVirtual().start(() -> {
                try {
                    shipper.ship();
                    result.complete(null);
                } catch (IOException e) {
                    result.complete(e);
                }
            });
            Awaitility.await().until(() -> kafka.history().size() == 2);
            kafka.completeNext();
            kafka.errorNext(new TimeoutException("lost"));
            assertThat(result.get(30, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
            assertThat(journal.closedSegments()).hasSize(1);
        }
    }

    @Test
    void anUnreadableLineGoesToTheDeadLettersAndHoldsUpNothing() throws IOException {
        new UsageJournal(folder).append(UsageEvents.event("1"));
        Files.writeString(folder.resolve("000000000001.jsonl"), "rubbish\n", StandardOpenOption.APPEND);
        var kafka = kafka(true);
        try (var journal = new UsageJournal(folder);
                var shipper = shipper(journal, kafka)) {
            shipper.ship();
            assertThat(kafka.history().stream().map(sent -> sent.topic()).distinct())
                    .isEqualTo(List.of(Topics.USAGE_EVENTS.topic(), Topics.DEAD_USAGE_EVENTS.topic()));
            assertThat(journal.closedSegments()).isEmpty();
        }
    }
}
