package dev.mayfly.observability.queue;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.observability.ObservabilitySettings;
import dev.mayfly.observability.http.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Fetches the payloads of queued events from where they lie on Kafka. */
@Component
class Payloads {
    private static final Logger log = LoggerFactory.getLogger(Payloads.class);
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final String kafka;

    Payloads(ObservabilitySettings settings) {
        this.kafka = settings.kafka();
    }

    /** The payload of that request, unless Kafka has dropped it. */
    Optional<byte[]> read(String requestId, QueueRow.Place place) {
        var partition = new TopicPartition(Topics.INVOCATIONS.topic(), place.partition());
        try (var consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        1,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, place.offset());
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (System.nanoTime() < deadline) {
                for (var found : consumer.poll(Duration.ofMillis(500))) {
                    var header = found.headers().lastHeader("ce_requestid");
                    boolean same = found.offset() == place.offset()
                            && header != null
                            && requestId.equals(new String(header.value(), StandardCharsets.UTF_8));
                    return same ? Optional.of(found.value()) : Optional.empty();
                }
            }
        } catch (OffsetOutOfRangeException e) {
            return Optional.empty();
        } catch (KafkaException e) {
            log.warn("A payload cannot be fetched: {}", e.toString());
        }
        throw Problem.unavailable("Kafka does not give the payload at the moment. Try again in a few seconds.");
    }
}
