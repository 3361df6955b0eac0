package dev.mayfly.objects.metering;

import dev.mayfly.objects.protocol.Percent;
import dev.mayfly.objects.protocol.S3Dates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The event document that S3 sends, for one change. */
final class ObjectEvent {
    private ObjectEvent() {}

    static Map<String, Object> document(OutboxRow row, String name, String region) {
        var object = new LinkedHashMap<String, Object>();
        object.put("key", Percent.encode(row.key() == null ? "" : row.key()).replace("%20", "+"));
        if (!name.startsWith("ObjectRemoved")) {
            object.put("size", row.size());
            object.put("eTag", row.etag() == null ? "" : row.etag());
        }
        object.put("sequencer", "%016X".formatted(row.seq()));
        var owner = Map.of("principalId", row.accountId());
        var event = new LinkedHashMap<String, Object>();
        event.put("eventVersion", "2.3");
        event.put("eventSource", "aws:s3");
        event.put("awsRegion", region);
        event.put("eventTime", S3Dates.iso(row.at()));
        event.put("eventName", name);
        event.put("userIdentity", owner);
        event.put("responseElements", Map.of("x-amz-request-id", row.requestId()));
        event.put(
                "s3",
                Map.of(
                        "s3SchemaVersion",
                        "1.0",
                        "bucket",
                        Map.of("name", row.bucket(), "ownerIdentity", owner, "arn", "arn:aws:s3:::" + row.bucket()),
                        "object",
                        object));
        return Map.of("Records", List.of(event));
    }
}
