package dev.mayfly.contracts.events;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent 1.0 in Kafka's binary binding: attributes as {@code ce_} headers, the data as the record's value.
 *
 * @param id unique within {@code source}
 * @param source the service that emits, as a URI reference, e.g. {@code /mayfly/invoker-service}
 * @param type e.g. {@code dev.mayfly.usage.invocation}
 * @param subject what it is about (a function's ARN, a bucket), or null
 * @param extensions further attributes; names are lower-case letters and digits
 * @param data the payload, JSON unless an extension says otherwise
 */
public record CloudEvent(
        String id,
        String source,
        String type,
        @Nullable String subject,
        Instant time,
        Map<String, String> extensions,
        byte[] data) {

    private static final String PREFIX = "ce_";

    /** An event whose data is {@code value} as JSON. */
    public static CloudEvent of(String id, String source, String type, @Nullable String subject, Object value) {
        return new CloudEvent(id, source, type, subject, Instant.now(), Map.of(), Json.bytes(value));
    }

    public CloudEvent with(String extension, String value) {
        var more = new TreeMap<>(extensions);
        more.put(extension, value);
        return new CloudEvent(id, source, type, subject, time, more, data);
    }

    /** The record that carries this event under {@code key}. */
    public ProducerRecord<String, byte[]> toRecord(Topics topic, String key) {
        var producerRecord = new ProducerRecord<>(topic.topic(), key, data);
        var headers = producerRecord.headers();
        headers.add(PREFIX + "specversion", utf8("1.0"));
        headers.add(PREFIX + "id", utf8(id));
        headers.add(PREFIX + "source", utf8(source));
        headers.add(PREFIX + "type", utf8(type));
        headers.add(PREFIX + "time", utf8(time.toString()));
        if (subject != null) {
            headers.add(PREFIX + "subject", utf8(subject));
        }
        extensions.forEach((name, value) -> headers.add(PREFIX + name, utf8(value)));
        headers.add("content-type", utf8("application/json"));
        return producerRecord;
    }

    /**
     * Reads an event back.
     *
     * @throws IllegalArgumentException when the record lacks an attribute that CloudEvents requires, or its time is none
     */
    public static CloudEvent from(ConsumerRecord<String, byte[]> received) {
        var attributes = new TreeMap<String, String>();
        for (var header : received.headers()) {
            if (header.key().startsWith(PREFIX) && header.value() != null) {
                attributes.put(
                        header.key().substring(PREFIX.length()), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        attributes.remove("specversion");
        String id = required(attributes, "id");
        String source = required(attributes, "source");
        String type = required(attributes, "type");
        String subject = attributes.remove("subject");
        String time = attributes.remove("time");
        Instant at = time == null ? Instant.ofEpochMilli(received.timestamp()) : instant(time);
        byte[] data = received.value() == null ? new byte[0] : received.value();
        return new CloudEvent(id, source, type, subject, at, attributes, data);
    }

    private static String required(Map<String, String> attributes, String name) {
        String value = attributes.remove(name);
        if (value == null) {
            throw new IllegalArgumentException("The record is no CloudEvent: it has no header " + PREFIX + name);
        }
        return value;
    }

    private static Instant instant(String time) {
        try {
            return OffsetDateTime.parse(time).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("The record is no CloudEvent: its time is " + time, e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
