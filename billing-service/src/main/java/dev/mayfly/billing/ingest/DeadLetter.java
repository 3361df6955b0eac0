package dev.mayfly.billing.ingest;

import dev.mayfly.contracts.events.CloudEvent;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A record that the ledger does not take, and why. */
record DeadLetter(ConsumerRecord<String, byte[]> received, String reason) {
    static final String SOURCE = "/mayfly/billing-service";
    static final String TYPE = "dev.mayfly.usage.refused";

    /** Kafka takes records of 1 MB; with attributes added, a copy must stay below that. */
    private static final int MAX_DATA = 512 << 10;

    private static final int MAX_REASON = 1000;

    /** The event for the dead-letter topic. Its id is the same whenever the same record is refused again. */
    CloudEvent event(String topicId, Instant now) {
        byte @Nullable [] value = received.value();
        byte[] data = value == null ? new byte[0] : value;
        var extensions = new java.util.TreeMap<>(Map.of(
                "reason", reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason,
                "partition", Integer.toString(received.partition()),
                "offset", Long.toString(received.offset())));
        if (data.length > MAX_DATA) {
            extensions.put("truncatedfrom", Integer.toString(data.length));
            data = Arrays.copyOf(data, MAX_DATA);
        }
        String id = "dead-" + topicId + "-" + received.partition() + "-" + received.offset();
        return new CloudEvent(id, SOURCE, TYPE, null, now, extensions, data);
    }
}
