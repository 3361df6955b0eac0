package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.EventSource.KafkaTopic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records that were given up.
 *
 * @param condition why, in AWS's words
 * @param invocations how often the function was tried
 * @param failure the last failure, or null when the function did not run
 */
record FailedBatch(
        KafkaTopic source,
        List<ConsumerRecord<byte[], byte[]>> records,
        String condition,
        int invocations,
        FunctionCalls.Outcome.@Nullable Failed failure) {

    /** The record that AWS documents for buckets: about the batch, with the whole event. */
    byte[] document(String region, Instant now, String requestId) {
        byte[] event = KafkaRecords.event(source.bootstrapServers(), records);
        var first = records.getFirst();
        var last = records.getLast();
        var info = new LinkedHashMap<String, Object>();
        info.put("batchSize", records.size());
        info.put("bootstrapServers", String.join(",", source.bootstrapServers()));
        info.put("payloadSize", event.length);
        info.put(
                "recordsInfo",
                Map.of(
                        first.topic() + "-" + first.partition(),
                        Map.of(
                                "firstRecordOffset", Long.toString(first.offset()),
                                "lastRecordOffset", Long.toString(last.offset()),
                                "firstRecordTimestamp",
                                        Instant.ofEpochMilli(first.timestamp()).toString(),
                                "lastRecordTimestamp",
                                        Instant.ofEpochMilli(last.timestamp()).toString())));
        var document = about(region, now, requestId);
        document.put("KafkaBatchInfo", info);
        document.put("payload", new String(event, StandardCharsets.UTF_8));
        return Json.bytes(document);
    }

    /** The record that AWS documents for topics: about one record, with it as the payload. */
    byte[] document(String region, Instant now, String requestId, ConsumerRecord<byte[], byte[]> one) {
        byte[] event = KafkaRecords.event(source.bootstrapServers(), List.of(one));
        var document = about(region, now, requestId);
        document.put(
                "KafkaBatchInfo",
                Map.of(
                        "batchSize",
                        1,
                        "bootstrapServers",
                        String.join(",", source.bootstrapServers()),
                        "payloadSize",
                        event.length,
                        "recordInfo",
                        Map.of(
                                "offset", Long.toString(one.offset()),
                                "timestamp",
                                        Instant.ofEpochMilli(one.timestamp()).toString())));
        document.put("payload", Json.mapper().readTree(event));
        return Json.bytes(document);
    }

    private Map<String, Object> about(String region, Instant now, String requestId) {
        var request = new LinkedHashMap<String, Object>();
        request.put("requestId", failure == null ? requestId : failure.requestId());
        request.put("functionArn", source.function().arn(region, source.accountId()));
        request.put("condition", condition);
        request.put("approximateInvokeCount", invocations);
        var document = new LinkedHashMap<String, Object>();
        document.put("requestContext", request);
        if (failure != null) {
            document.put(
                    "responseContext",
                    Map.of(
                            "statusCode",
                            200,
                            "executedVersion",
                            failure.executedVersion(),
                            "functionError",
                            "Unhandled"));
        }
        document.put("version", "1.0");
        document.put("timestamp", now.truncatedTo(ChronoUnit.MILLIS).toString());
        return document;
    }
}
