package dev.mayfly.objects.protocol;

import dev.mayfly.objects.blob.Content;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client gets back.
 *
 * @param headers in order
 */
public record Answer(int status, Map<String, String> headers, Body body) {
    /** The bytes of an answer. */
    public sealed interface Body {
        /** What {@code Content-Length} says. */
        long length();
    }

    /** None, and no {@code Content-Length} of its own. */
    public record NoBody() implements Body {
        @Override
        public long length() {
            return 0;
        }
    }

    /** A document. */
    public record Document(byte[] xml) implements Body {
        @Override
        public long length() {
            return xml.length;
        }
    }

    /** Bytes of an object. */
    public record Bytes(Content content, long length) implements Body {}

    /** Only the length of what a GET would send. */
    public record HeadOnly(long announced) implements Body {
        @Override
        public long length() {
            return 0;
        }
    }

    private static final Body NONE = new NoBody();

    public static Answer empty(int status) {
        return new Answer(status, new LinkedHashMap<>(), NONE);
    }

    public static Answer xml(Xml document) {
        return xml(200, document);
    }

    /** A document that is written already. */
    public static Answer xml(byte[] document) {
        return xml(200, document);
    }

    public static Answer xml(int status, Xml document) {
        return xml(status, document.bytes());
    }

    /** A document of any kind. */
    public static Answer document(String contentType, byte[] document) {
        return document(200, contentType, document);
    }

    private static Answer xml(int status, byte[] document) {
        return document(status, "application/xml", document);
    }

    private static Answer document(int status, String contentType, byte[] document) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", contentType);
        return new Answer(status, headers, new Document(document));
    }

    /** Adds a header to this answer. */
    public Answer with(String name, String value) {
        headers.put(name, value);
        return this;
    }
}
