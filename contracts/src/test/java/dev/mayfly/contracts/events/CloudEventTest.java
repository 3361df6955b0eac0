package dev.mayfly.contracts.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class CloudEventTest {
    private static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> sent) {
        return new ConsumerRecord<>(
                sent.topic(),
                0,
                0,
                1_000,
                TimestampType.CREATE_TIME,
                0,
                0,
                sent.key(),
                sent.value(),
                new RecordHeaders(sent.headers().toArray()),
                Optional.empty());
    }

    private static CloudEvent event() {
        return new CloudEvent(
                "id-1",
                "/mayfly/test",
                "dev.mayfly.test",
                "b\u00fcck\u00ebt \ud83e\udd8b",
                Instant.parse("2026-11-23T12:00:00.123456789Z"),
                Map.of("attempt", "2", "reason", "why, \"indeed\""),
                "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void arrivesAsItWasSent() {
        assertThat(CloudEvent.from(received(event().toRecord(Topics.USAGE_EVENTS, "key"))))
                .usingRecursiveComparison()
                .isEqualTo(event());
    }

    @Test
    void isInKafkasBinaryBinding() {
        var sent = event().toRecord(Topics.USAGE_EVENTS, "key");
        assertThat(sent.topic()).isEqualTo("usage.events");
        assertThat(new String(sent.headers().lastHeader("ce_specversion").value(), StandardCharsets.UTF_8))
                .isEqualTo("1.0");
        assertThat(new String(sent.headers().lastHeader("content-type").value(), StandardCharsets.UTF_8))
                .isEqualTo("application/json");
        assertThat(sent.value()).isEqualTo(event().data());
    }

    @Test
    void timeAndSubjectAreOptional() {
        var sent = event().toRecord(Topics.USAGE_EVENTS, "key");
        sent.headers().remove("ce_time").remove("ce_subject");
        var arrived = CloudEvent.from(received(sent));
        assertThat(arrived.time()).isEqualTo(Instant.ofEpochMilli(1_000));
        assertThat(arrived.subject()).isNull();
    }

    @Test
    void whatIsNoCloudEventIsRefused() {
        for (String name : new String[] {"ce_id", "ce_source", "ce_type"}) {
            var sent = event().toRecord(Topics.USAGE_EVENTS, "key");
            sent.headers().remove(name);
            assertThatThrownBy(() -> CloudEvent.from(received(sent)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
        var sent = event().toRecord(Topics.USAGE_EVENTS, "key");
        sent.headers().remove("ce_time").add("ce_time", "noon".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> CloudEvent.from(received(sent)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("noon");
    }
}
