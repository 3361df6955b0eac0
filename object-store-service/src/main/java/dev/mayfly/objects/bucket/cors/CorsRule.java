package dev.mayfly.objects.bucket.cors;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which pages may do what.
 *
 * @param origins with at most one wildcard each, as {@code headers}
 * @param maxAge seconds for which browsers may remember it, or null
 */
record CorsRule(
        @Nullable String id,
        List<String> origins,
        List<String> methods,
        List<String> headers,
        List<String> exposed,
        @Nullable String maxAge) {
    private static final Set<String> METHODS = Set.of("GET", "PUT", "POST", "DELETE", "HEAD");
    private static final int MAX_ID = 255;

    static CorsRule read(XmlElement rule) {
        var read = new CorsRule(
                rule.child("ID"),
                texts(rule, "AllowedOrigin"),
                texts(rule, "AllowedMethod"),
                texts(rule, "AllowedHeader"),
                texts(rule, "ExposeHeader"),
                rule.child("MaxAgeSeconds"));
        if (read.origins.isEmpty() || read.methods.isEmpty() || read.id != null && read.id.length() > MAX_ID) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        for (String method : read.methods) {
            if (!METHODS.contains(method)) {
                throw invalid("Found unsupported HTTP method in CORS config. Unsupported method is " + method);
            }
        }
        checkWildcards("AllowedOrigin", read.origins);
        checkWildcards("AllowedHeader", read.headers);
        for (String header : read.exposed) {
            if (header.indexOf('*') >= 0) {
                throw invalid("ExposeHeader \"" + header
                        + "\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
            }
        }
        if (read.maxAge != null && !read.maxAge.matches("\\d{1,9}")) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        return read;
    }

    private static List<String> texts(XmlElement rule, String name) {
        List<String> texts = rule.children(name).stream().map(XmlElement::text).toList();
        if (texts.stream().anyMatch(text -> text.chars().anyMatch(c -> c < 0x20 || c == 0x7F))) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        return texts;
    }

    private static void checkWildcards(String name, List<String> patterns) {
        for (String pattern : patterns) {
            if (pattern.indexOf('*') != pattern.lastIndexOf('*')) {
                throw invalid(name + " \"" + pattern + "\" can not have more than one wildcard.");
            }
        }
    }

    private static S3Exception invalid(String message) {
        return new S3Exception(S3Error.INVALID_REQUEST, message);
    }

    void write(Xml xml) {
        xml.open("CORSRule").element("ID", id);
        headers.forEach(header -> xml.element("AllowedHeader", header));
        methods.forEach(method -> xml.element("AllowedMethod", method));
        origins.forEach(origin -> xml.element("AllowedOrigin", origin));
        exposed.forEach(header -> xml.element("ExposeHeader", header));
        xml.element("MaxAgeSeconds", maxAge).close();
    }

    boolean allows(String origin, String method) {
        return methods.contains(method) && origins.stream().anyMatch(pattern -> fits(pattern, origin));
    }

    boolean allowsHeaders(List<String> names) {
        return names.stream()
                .allMatch(name -> headers.stream()
                        .anyMatch(pattern -> fits(pattern.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT))));
    }

    /** Whether the origin is let in only because everybody is. */
    boolean isForEverybody(String origin) {
        return origins.contains("*") && !origins.contains(origin);
    }

    private static boolean fits(String pattern, String text) {
        int star = pattern.indexOf('*');
        return star < 0
                ? pattern.equals(text)
                : text.length() >= pattern.length() - 1
                        && text.startsWith(pattern.substring(0, star))
                        && text.endsWith(pattern.substring(star + 1));
    }
}
