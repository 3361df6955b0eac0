package dev.mayfly.objects.metering;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.objects.protocol.Percent;
import dev.mayfly.objects.protocol.S3Dates;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The event document that S3 sends, for one change. */
final class ObjectEvent {
    private static final Set<String> GONE = Set.of("ObjectRemoved:Delete", "LifecycleExpiration:Delete");

    private ObjectEvent() {}

    /**
     * The event as it travels: with the document, the bucket's owner, the function that is to be told where there is one, and
     * what is known of where the change came from.
     */
    static CloudEvent of(OutboxRow row, String name, String region, NotificationRules rules) {
        var event = CloudEvent.of(
                        "evt-" + row.id(),
                        Reporting.SOURCE,
                        "dev.mayfly.object." + name,
                        row.bucket(),
                        document(row, name, region))
                .with("account", row.accountId());
        var rule = rules.find(row, name).orElse(null);
        if (rule != null) {
            event = event.with("functionarn", rule.function()).with("notification", rule.id());
        }
        if (row.origin().function() != null) {
            event = event.with("byfunction", row.origin().function());
        }
        return row.origin().trace() == null
                ? event
                : event.with("trace", row.origin().trace());
    }

    private static String hostId(String requestId) {
        return Base64.getEncoder().encodeToString(requestId.getBytes(StandardCharsets.UTF_8));
    }

    static Map<String, Object> document(OutboxRow row, String name, String region) {
        var object = new LinkedHashMap<String, Object>();
        object.put("key", Percent.encode(row.key() == null ? "" : row.key()).replace("%20", "+"));
        if (name.startsWith("ObjectCreated")) {
            object.put("size", row.size());
        }
        if (!GONE.contains(name) && row.etag() != null) {
            object.put("eTag", row.etag());
        }
        if (row.versionId() != null) {
            object.put("versionId", row.versionId());
        }
        object.put("sequencer", "%016X".formatted(row.seq()));
        var owner = Map.of("principalId", row.accountId());
        var event = new LinkedHashMap<String, Object>();
        event.put("eventVersion", "2.3");
        event.put("eventSource", "aws:s3");
        event.put("awsRegion", region);
        event.put("eventTime", S3Dates.iso(row.at()));
        event.put("eventName", name);
        event.put("userIdentity", Map.of("principalId", row.origin().principal()));
        event.put("requestParameters", Map.of("sourceIPAddress", row.origin().source()));
        event.put(
                "responseElements", Map.of("x-amz-request-id", row.requestId(), "x-amz-id-2", hostId(row.requestId())));
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
