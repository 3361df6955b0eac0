package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Kafka's records as Lambda shows them to functions and to filters, and what functions say of them. */
final class KafkaRecords {
    /** What a record's members take besides what they hold. */
    private static final int FRAME = 220;

    /** Writes a level around whatever could be read. */
    private static final JsonMapper FILTERED = JsonMapper.builder(JsonFactory.builder()
                    .streamWriteConstraints(StreamWriteConstraints.builder()
                            .maxNestingDepth(1000)
                            .build())
                    .build())
            .build();

    private KafkaRecords() {}

    /** The event that a function gets. */
    static byte[] event(List<String> bootstrapServers, List<ConsumerRecord<byte[], byte[]>> records) {
        var first = records.getFirst();
        var event = new LinkedHashMap<String, Object>();
        event.put("eventSource", "SelfManagedKafka");
        event.put("bootstrapServers", String.join(",", bootstrapServers));
        event.put(
                "records",
                Map.of(
                        first.topic() + "-" + first.partition(),
                        records.stream().map(KafkaRecords::shown).toList()));
        return Json.bytes(event);
    }

    private static Map<String, Object> shown(ConsumerRecord<byte[], byte[]> kafka) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("topic", kafka.topic());
        shown.put("partition", kafka.partition());
        shown.put("offset", kafka.offset());
        shown.put("timestamp", kafka.timestamp());
        shown.put("timestampType", timestampType(kafka));
        if (kafka.key() != null) {
            shown.put("key", Base64.getEncoder().encodeToString(kafka.key()));
        }
        if (kafka.value() != null) {
            shown.put("value", Base64.getEncoder().encodeToString(kafka.value()));
        }
        var headers = new ArrayList<Map<String, byte[]>>();
        kafka.headers().forEach(header -> headers.add(Map.of(header.key(), bytes(header.value()))));
        shown.put(
                "headers",
                headers.stream()
                        .map(header -> Map.of(
                                header.keySet().iterator().next(),
                                numbers(header.values().iterator().next())))
                        .toList());
        return shown;
    }

    /** As Java shows bytes, signed: so does AWS. */
    private static int[] numbers(byte[] bytes) {
        int[] numbers = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            numbers[i] = bytes[i];
        }
        return numbers;
    }

    private static byte[] bytes(byte @Nullable [] value) {
        return value == null ? new byte[0] : value;
    }

    private static String timestampType(ConsumerRecord<byte[], byte[]> kafka) {
        return switch (kafka.timestampType()) {
            case CREATE_TIME -> "CREATE_TIME";
            case LOG_APPEND_TIME -> "LOG_APPEND_TIME";
            case NO_TIMESTAMP_TYPE -> "NO_TIMESTAMP_TYPE";
        };
    }

    /** About how many bytes of event the record becomes; never fewer. */
    static int eventBytes(ConsumerRecord<byte[], byte[]> kafka) {
        long bytes = FRAME + kafka.topic().length();
        bytes += (bytes(kafka.key()).length + bytes(kafka.value()).length + 6L) * 4 / 3;
        for (var header : kafka.headers()) {
            bytes += 8 + 6L * header.key().length() + 5L * bytes(header.value()).length;
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    /** The record as filters look at it: its value as JSON where it is an object or array that can be read, else as text. */
    static String filtered(ConsumerRecord<byte[], byte[]> kafka) {
        var filtered = new LinkedHashMap<String, Object>();
        filtered.put("topic", kafka.topic());
        filtered.put("partition", kafka.partition());
        filtered.put("offset", kafka.offset());
        filtered.put("timestamp", kafka.timestamp());
        filtered.put("timestampType", timestampType(kafka));
        put(filtered, "key", kafka.key());
        put(filtered, "value", kafka.value());
        return FILTERED.writeValueAsString(filtered);
    }

    private static void put(Map<String, Object> filtered, String member, byte @Nullable [] bytes) {
        if (bytes == null) {
            return;
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return;
        }
        String begin = text.stripLeading();
        if (begin.startsWith("{") || begin.startsWith("[")) {
            try {
                JsonNode json = Json.mapper().readTree(text);
                filtered.put(member, json);
                return;
            } catch (JacksonException e) {
                filtered.put(member, text);
                return;
            }
        }
        filtered.put(member, text);
    }

    /**
     * The first of {@code records} that failed, as the function's answer says; empty when none did. An answer that cannot be
     * understood, or names a record that is not in the batch, says that all failed.
     */
    static OptionalInt firstFailed(byte[] answer, List<ConsumerRecord<byte[], byte[]>> records) {
        JsonNode failures;
        try {
            JsonNode read = Json.mapper().readTree(answer);
            failures = read == null || !read.isObject() ? null : read.get("batchItemFailures");
        } catch (JacksonException e) {
            return OptionalInt.of(0);
        }
        if (failures == null || failures.isNull()) {
            return OptionalInt.empty();
        }
        if (!failures.isArray()) {
            return OptionalInt.of(0);
        }
        OptionalInt first = OptionalInt.empty();
        for (JsonNode failure : failures) {
            int index = indexOf(failure.path("itemIdentifier"), records);
            if (index <= 0) {
                return OptionalInt.of(0);
            }
            first = OptionalInt.of(Math.min(index, first.orElse(index)));
        }
        return first;
    }

    private static int indexOf(JsonNode identifier, List<ConsumerRecord<byte[], byte[]>> records) {
        var first = records.getFirst();
        boolean here = identifier.path("partition").asString("").equals(first.topic() + "-" + first.partition());
        JsonNode offset = identifier.path("offset");
        if (!here || !offset.isIntegralNumber() || !offset.canConvertToLong()) {
            return -1;
        }
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).offset() == offset.longValue()) {
                return i;
            }
        }
        return -1;
    }
}
