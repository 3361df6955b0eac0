package dev.mayfly.objects.notification;

import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All rules of a bucket; no change is told by two of them. */
public record NotificationConfiguration(List<FunctionNotification> functions) {
    private static final String ROOT = "NotificationConfiguration";
    private static final int MAX_RULES = 100;
    private static final Set<String> ELEMENTS = Set.of(
            "CloudFunctionConfiguration", "TopicConfiguration", "QueueConfiguration", "EventBridgeConfiguration");

    static final Setting<NotificationConfiguration> SETTING =
            Setting.xml("notification", ROOT, NotificationConfiguration::read, NotificationConfiguration::write);

    public NotificationConfiguration {
        functions = List.copyOf(functions);
    }

    /**
     * Checks all but whether the functions can be invoked.
     *
     * @throws S3Exception MalformedXML, InvalidArgument, or NotImplemented for what Mayfly cannot deliver to
     */
    static NotificationConfiguration read(XmlElement xml) {
        requireOnly(xml, ELEMENTS);
        refuse(xml, "TopicConfiguration", "Amazon SNS");
        refuse(xml, "QueueConfiguration", "Amazon SQS");
        refuse(xml, "EventBridgeConfiguration", "Amazon EventBridge");
        var rules = xml.children("CloudFunctionConfiguration").stream()
                .map(FunctionNotification::read)
                .toList();
        if (rules.size() > MAX_RULES) {
            throw new S3Exception(
                    S3Error.INVALID_ARGUMENT, "The number of notification configurations exceeds " + MAX_RULES + ".");
        }
        var ids = new HashSet<String>();
        for (int i = 0; i < rules.size(); i++) {
            FunctionNotification rule = rules.get(i);
            if (!ids.add(rule.id())) {
                throw S3Exception.invalidArgument(
                        "Id", rule.id(), "Same ID used for multiple configurations. IDs must be unique");
            }
            if (rules.subList(0, i).stream().anyMatch(rule::overlaps)) {
                throw new S3Exception(
                        S3Error.INVALID_ARGUMENT,
                        "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the"
                                + " prefixes are overlapping for the same event type.");
            }
        }
        return new NotificationConfiguration(rules);
    }

    private static void refuse(XmlElement xml, String name, String service) {
        if (!xml.children(name).isEmpty()) {
            throw S3Exception.notImplemented(name + " (" + service + ")");
        }
    }

    static void requireOnly(XmlElement xml, Set<String> names) {
        if (!xml.children().stream().allMatch(child -> names.contains(child.name()))) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
    }

    Xml write() {
        Xml xml = Xml.root(ROOT);
        functions.forEach(function -> function.write(xml));
        return xml;
    }

    /** Reads what was stored. */
    public static NotificationConfiguration stored(String document) {
        return SETTING.parse().apply(document.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The rule that tells of a change.
     *
     * @param event without {@code s3:}, e.g. {@code ObjectCreated:Put}
     */
    public Optional<FunctionNotification> find(String event, String key) {
        return functions.stream().filter(rule -> rule.isAbout(event, key)).findFirst();
    }
}
