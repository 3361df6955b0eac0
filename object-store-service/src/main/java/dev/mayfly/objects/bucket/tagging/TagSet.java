package dev.mayfly.objects.bucket.tagging;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Tags in the order of their client.
 *
 * @param tags key to value
 */
public record TagSet(Map<String, String> tags) {
    /** What S3 allows an object. */
    public static final int MAX_OBJECT_TAGS = 10;

    /** What S3 allows a bucket. */
    public static final int MAX_BUCKET_TAGS = 50;

    private static final int MAX_KEY_CHARACTERS = 128;
    private static final int MAX_VALUE_CHARACTERS = 256;
    private static final Pattern CHARACTERS =
            Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", Pattern.UNICODE_CHARACTER_CLASS);

    /**
     * Checks tags as S3 does.
     *
     * @param limit how many there may be
     * @throws S3Exception InvalidTag, or BadRequest when there are too many
     */
    public static TagSet checked(Map<String, String> tags, int limit) {
        if (tags.size() > limit) {
            throw new S3Exception(
                    S3Error.BAD_REQUEST,
                    (limit == MAX_OBJECT_TAGS ? "Object" : "Bucket") + " tag count cannot be greater than " + limit);
        }
        tags.forEach((key, value) -> {
            if (key.isEmpty()
                    || key.codePointCount(0, key.length()) > MAX_KEY_CHARACTERS
                    || !CHARACTERS.matcher(key).matches()) {
                throw invalid("The TagKey you have provided is invalid", key);
            }
            if (value.codePointCount(0, value.length()) > MAX_VALUE_CHARACTERS
                    || !CHARACTERS.matcher(value).matches()) {
                throw invalid("The TagValue you have provided is invalid", key);
            }
            if (key.startsWith("aws:")) {
                throw invalid("System tags cannot be added/updated by requester", key);
            }
        });
        return new TagSet(tags);
    }

    /**
     * Reads and checks {@code <Tagging>}.
     *
     * @throws S3Exception MalformedXML, InvalidTag or BadRequest
     */
    public static TagSet read(XmlElement tagging, int limit) {
        XmlElement set = tagging.only("TagSet");
        if (set == null) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        var tags = new LinkedHashMap<String, String>();
        for (XmlElement tag : set.children("Tag")) {
            String key = tag.require("Key");
            if (tags.put(key, tag.require("Value")) != null) {
                throw invalid("Cannot provide multiple Tags with the same key", key);
            }
        }
        return checked(tags, limit);
    }

    /** {@code <Tagging>}, in the order of the keys. */
    public Xml write() {
        Xml xml = Xml.root("Tagging").open("TagSet");
        new TreeMap<>(tags)
                .forEach((key, value) -> xml.open("Tag")
                        .element("Key", key)
                        .element("Value", value)
                        .close());
        return xml;
    }

    private static S3Exception invalid(String message, String key) {
        return new S3Exception(S3Error.INVALID_TAG, message, Map.of("TagKey", key));
    }
}
