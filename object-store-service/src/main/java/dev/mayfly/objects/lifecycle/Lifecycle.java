package dev.mayfly.objects.lifecycle;

import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.HashSet;
import java.util.List;

/** The rules of a bucket. */
record Lifecycle(List<LifecycleRule> rules) {
    static final Setting<Lifecycle> SETTING =
            Setting.xml("lifecycle", "LifecycleConfiguration", Lifecycle::read, Lifecycle::write);

    private static final int MAX_RULES = 1000;

    private static Lifecycle read(XmlElement document) {
        List<LifecycleRule> rules =
                document.children("Rule").stream().map(LifecycleRule::read).toList();
        if (rules.isEmpty() || rules.size() > MAX_RULES) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        var ids = new HashSet<String>();
        for (LifecycleRule rule : rules) {
            if (!ids.add(rule.id())) {
                throw S3Exception.invalidArgument(
                        "ID", rule.id(), "Rule ID must be unique. Found same ID for more than one rule");
            }
        }
        return new Lifecycle(rules);
    }

    private Xml write() {
        Xml xml = Xml.root("LifecycleConfiguration");
        rules.forEach(rule -> rule.write(xml));
        return xml;
    }

    List<LifecycleRule> enabled() {
        return rules.stream().filter(LifecycleRule::enabled).toList();
    }
}
