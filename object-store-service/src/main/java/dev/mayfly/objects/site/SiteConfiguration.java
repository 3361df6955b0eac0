package dev.mayfly.objects.site;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a bucket is served.
 *
 * @param index what is appended to the path of a folder; null when everything is redirected
 * @param errorKey the object that is shown for errors of the client, or null
 * @param all where every request is sent, or null
 * @param rules the first that applies counts
 */
record SiteConfiguration(
        @Nullable String index,
        @Nullable String errorKey,
        @Nullable Redirect all,
        List<RoutingRule> rules) {
    static final String ROOT = "WebsiteConfiguration";

    private static final int MAX_RULES = 50;
    private static final Set<String> ELEMENTS =
            Set.of("IndexDocument", "ErrorDocument", "RedirectAllRequestsTo", "RoutingRules");

    SiteConfiguration {
        rules = List.copyOf(rules);
    }

    /** @throws S3Exception MalformedXML, InvalidArgument or InvalidRequest */
    static SiteConfiguration read(XmlElement xml) {
        if (!xml.children().stream().allMatch(child -> ELEMENTS.contains(child.name()))) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        XmlElement all = xml.only("RedirectAllRequestsTo");
        if (all != null) {
            if (xml.children().size() > 1) {
                throw S3Exception.invalidArgument(
                        "RedirectAllRequestsTo",
                        all.require("HostName"),
                        "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.");
            }
            String host = Redirect.checkedHost(all.require("HostName"));
            return new SiteConfiguration(
                    null, null, new Redirect(Redirect.protocol(all), host, null, null, 301), List.of());
        }
        XmlElement index = xml.only("IndexDocument");
        if (index == null) {
            throw S3Exception.invalidArgument(
                    "IndexDocument",
                    "null",
                    "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty");
        }
        String suffix = index.require("Suffix");
        if (suffix.isEmpty() || suffix.contains("/")) {
            throw S3Exception.invalidArgument("IndexDocument", suffix, "The IndexDocument Suffix is not well formed");
        }
        XmlElement error = xml.only("ErrorDocument");
        String errorKey = error == null ? null : error.require("Key");
        if (errorKey != null && errorKey.isEmpty()) {
            throw S3Exception.invalidArgument("ErrorDocument", "", "The ErrorDocument Key is not well formed");
        }
        XmlElement rules = xml.only("RoutingRules");
        var read = rules == null
                ? List.<RoutingRule>of()
                : rules.children("RoutingRule").stream().map(RoutingRule::read).toList();
        if (read.size() > MAX_RULES) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    read.size() + " routing rules provided, the number of routing rules in a website configuration is"
                            + " limited to " + MAX_RULES + ".");
        }
        return new SiteConfiguration(suffix, errorKey, null, read);
    }

    Xml write() {
        Xml xml = Xml.root(ROOT);
        if (all != null) {
            xml.open("RedirectAllRequestsTo");
            return xml.element("HostName", all.host())
                    .element("Protocol", all.protocol())
                    .close();
        }
        xml.open("IndexDocument").element("Suffix", index).close();
        if (errorKey != null) {
            xml.open("ErrorDocument").element("Key", errorKey).close();
        }
        if (!rules.isEmpty()) {
            xml.open("RoutingRules");
            rules.forEach(rule -> rule.write(xml));
            xml.close();
        }
        return xml;
    }
}
