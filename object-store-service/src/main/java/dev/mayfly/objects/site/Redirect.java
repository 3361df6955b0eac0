package dev.mayfly.objects.site;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Percent;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a browser is sent instead.
 *
 * @param protocol {@code http} or {@code https}, or null for the request's
 * @param host with a port perhaps, or null for the request's
 * @param key in the place of the whole key, or null
 * @param prefix in the place of the prefix that the rule is about, or null
 * @param status 301 - 308
 */
record Redirect(
        @Nullable String protocol,
        @Nullable String host,
        @Nullable String key,
        @Nullable String prefix,
        int status) {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,255}");
    private static final Set<String> ELEMENTS =
            Set.of("HostName", "HttpRedirectCode", "Protocol", "ReplaceKeyPrefixWith", "ReplaceKeyWith");
    private static final Set<String> STATUSES = Set.of("301", "302", "303", "304", "305", "307", "308");
    private static final int MOVED = 301;

    static Redirect read(XmlElement xml) {
        if (xml.children().isEmpty() || !xml.children().stream().allMatch(child -> ELEMENTS.contains(child.name()))) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        String code = xml.child("HttpRedirectCode");
        if (code != null && !STATUSES.contains(code)) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "The provided HTTP redirect code (" + code + ") is not valid. Valid codes are 3XX except 300.");
        }
        String key = xml.child("ReplaceKeyWith");
        String prefix = xml.child("ReplaceKeyPrefixWith");
        if (key != null && prefix != null) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST, "You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
        }
        String host = xml.child("HostName");
        return new Redirect(
                protocol(xml),
                host == null ? null : checkedHost(host),
                key,
                prefix,
                code == null ? MOVED : Integer.parseInt(code));
    }

    static @Nullable String protocol(XmlElement xml) {
        String protocol = xml.child("Protocol");
        if (protocol != null && !protocol.equals("http") && !protocol.equals("https")) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected"
                            + " automatically.");
        }
        return protocol;
    }

    /** What can stand in a URL as its host, so that nobody writes further headers with it. */
    static String checkedHost(String host) {
        if (!HOST.matcher(host).matches()) {
            throw S3Exception.invalidArgument("HostName", host, "The HostName is not well formed");
        }
        return host;
    }

    void write(Xml xml) {
        xml.open("Redirect")
                .element("Protocol", protocol)
                .element("HostName", host)
                .element("ReplaceKeyPrefixWith", prefix)
                .element("ReplaceKeyWith", key);
        xml.element("HttpRedirectCode", Integer.toString(status)).close();
    }

    /**
     * The header {@code Location}.
     *
     * @param matched the prefix that the rule is about
     * @param asked the key of the request
     * @param requestHost as the browser named it
     */
    String location(String matched, String asked, String requestHost) {
        String target = asked;
        if (key != null) {
            target = key;
        } else if (prefix != null) {
            target = prefix + asked.substring(matched.length());
        }
        String path = "/" + Percent.encode(target);
        if (host == null && protocol == null) {
            // A second slash at the beginning would name a host.
            return path.startsWith("//") ? "/%2F" + path.substring(2) : path;
        }
        return (protocol == null ? "http" : protocol) + "://" + (host == null ? requestHost : host) + path;
    }
}
