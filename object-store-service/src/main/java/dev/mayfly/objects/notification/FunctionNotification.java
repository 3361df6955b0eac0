package dev.mayfly.objects.notification;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/**
 * One rule: some events of some keys invoke a function.
 *
 * @param id unique within the bucket
 * @param function an ARN
 * @param events at least one
 * @param prefix of the keys; empty for all
 * @param suffix likewise
 */
public record FunctionNotification(String id, String function, List<EventType> events, String prefix, String suffix) {
    private static final int MAX_ID = 255;
    private static final int MAX_FILTER_BYTES = 1024;
    private static final Set<String> ELEMENTS = Set.of("Id", "CloudFunction", "Event", "Filter");

    public FunctionNotification {
        events = List.copyOf(events);
    }

    static FunctionNotification read(XmlElement xml) {
        NotificationConfiguration.requireOnly(xml, ELEMENTS);
        String id = xml.child("Id");
        if (id == null || id.isEmpty()) {
            id = UUID.randomUUID().toString();
        } else if (id.length() > MAX_ID) {
            throw S3Exception.invalidArgument("Id", id, "ID length should not exceed " + MAX_ID + " characters");
        }
        var events = xml.children("Event").stream()
                .map(event -> EventType.read(event.text().strip()))
                .toList();
        if (events.isEmpty()) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        String prefix = "";
        String suffix = "";
        for (XmlElement rule : filterRules(xml)) {
            String name = rule.require("Name").strip().toLowerCase(Locale.ROOT);
            String value = rule.require("Value");
            if (value.getBytes(StandardCharsets.UTF_8).length > MAX_FILTER_BYTES) {
                throw S3Exception.invalidArgument(
                        "FilterRule.Value",
                        value,
                        "Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation");
            }
            switch (name) {
                case "prefix" -> prefix = once(prefix, name, value);
                case "suffix" -> suffix = once(suffix, name, value);
                default ->
                    throw S3Exception.invalidArgument(
                            "FilterRule.Name", name, "filter rule name must be either prefix or suffix");
            }
        }
        return new FunctionNotification(id, xml.require("CloudFunction").strip(), events, prefix, suffix);
    }

    private static List<XmlElement> filterRules(XmlElement xml) {
        XmlElement filter = xml.only("Filter");
        XmlElement key = filter == null ? null : filter.only("S3Key");
        return key == null ? List.of() : key.children("FilterRule");
    }

    private static String once(String before, String name, String value) {
        if (!before.isEmpty()) {
            throw S3Exception.invalidArgument(
                    "FilterRule.Name", name, "Cannot specify more than one " + name + " rule in a filter.");
        }
        return value;
    }

    void write(Xml xml) {
        xml.open("CloudFunctionConfiguration").element("Id", id).element("CloudFunction", function);
        events.forEach(event -> xml.element("Event", event.name()));
        if (!prefix.isEmpty() || !suffix.isEmpty()) {
            xml.open("Filter").open("S3Key");
            writeRule(xml, "Prefix", prefix);
            writeRule(xml, "Suffix", suffix);
            xml.close().close();
        }
        xml.close();
    }

    private static void writeRule(Xml xml, String name, String value) {
        if (!value.isEmpty()) {
            xml.open("FilterRule").element("Name", name).element("Value", value).close();
        }
    }

    boolean isAbout(String event, String key) {
        return key.startsWith(prefix) && key.endsWith(suffix) && events.stream().anyMatch(type -> type.includes(event));
    }

    /** Whether one change could be told by both. */
    boolean overlaps(FunctionNotification other) {
        return (prefix.startsWith(other.prefix) || other.prefix.startsWith(prefix))
                && (suffix.endsWith(other.suffix) || other.suffix.endsWith(suffix))
                && events.stream().anyMatch(mine -> other.events.stream().anyMatch(mine::overlaps));
    }
}
