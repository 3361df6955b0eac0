package dev.mayfly.objects.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Writes the XML of S3's answers. Characters that XML 1.0 cannot carry are written as numeric references, as S3 does: a
 * client that lists such keys asks for {@code encoding-type=url}.
 */
public final class Xml {
    private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

    private final StringBuilder out = new StringBuilder(512);
    private final Deque<String> open = new ArrayDeque<>();

    private Xml() {
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }

    /** A document in S3's namespace. */
    public static Xml root(String name) {
        var xml = new Xml();
        xml.out.append('<').append(name).append(" xmlns=\"").append(NAMESPACE).append("\">");
        xml.open.push(name);
        return xml;
    }

    /** A document in no namespace, as errors are. */
    public static Xml plainRoot(String name) {
        return new Xml().open(name);
    }

    public Xml open(String name) {
        out.append('<').append(name).append('>');
        open.push(name);
        return this;
    }

    public Xml close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** An element with text; nothing when {@code text} is null. */
    public Xml element(String name, @Nullable String text) {
        if (text != null) {
            out.append('<').append(name).append('>');
            escape(text);
            out.append("</").append(name).append('>');
        }
        return this;
    }

    public Xml element(String name, long number) {
        return element(name, Long.toString(number));
    }

    /** What S3 calls the canonical user of an account. */
    public Xml owner(String name, String accountId) {
        return open(name)
                .element("ID", accountId)
                .element("DisplayName", accountId)
                .close();
    }

    /** Who is granted something: an account, or else the group with that URI. */
    public Xml grantee(@Nullable String account, @Nullable String group) {
        out.append("<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"")
                .append(account == null ? "Group" : "CanonicalUser")
                .append("\">");
        open.push("Grantee");
        return element("ID", account)
                .element("DisplayName", account)
                .element("URI", group)
                .close();
    }

    public Xml text(String text) {
        escape(text);
        return this;
    }

    /** The document; elements that are still open are closed. */
    public byte[] bytes() {
        while (!open.isEmpty()) {
            close();
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> {
                    if (c < 0x20 && c != '\n' && c != '\t' || c == 0xFFFE || c == 0xFFFF) {
                        out.append("&#x").append(Integer.toHexString(c)).append(';');
                    } else {
                        out.append(c);
                    }
                }
            }
        }
    }
}
