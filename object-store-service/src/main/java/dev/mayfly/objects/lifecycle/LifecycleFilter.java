package dev.mayfly.objects.lifecycle;

import dev.mayfly.objects.bucket.tagging.TagSet;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which objects a rule is for: all of its conditions hold.
 *
 * @param old whether it is the {@code Prefix} that rules had before they had filters
 * @param and whether the conditions are within {@code And}
 * @param sizeAbove bytes; null for any
 * @param sizeBelow bytes; null for any
 */
record LifecycleFilter(
        boolean old,
        boolean and,
        @Nullable String prefix,
        Map<String, String> tags,
        @Nullable Long sizeAbove,
        @Nullable Long sizeBelow) {

    static LifecycleFilter read(XmlElement rule) {
        XmlElement filter = rule.only("Filter");
        String prefix = rule.child("Prefix");
        if ((filter == null) == (prefix == null)) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        if (filter == null) {
            return new LifecycleFilter(true, false, prefix, Map.of(), null, null);
        }
        XmlElement and = filter.only("And");
        XmlElement conditions = and == null ? filter : and;
        List<XmlElement> tags = conditions.children("Tag");
        if (and != null && filter.children().size() > 1 || and == null && tags.size() > 1) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        var named = new LinkedHashMap<String, String>();
        for (XmlElement tag : tags) {
            if (named.put(tag.require("Key"), tag.require("Value")) != null) {
                throw new S3Exception(S3Error.INVALID_REQUEST, "Duplicate Tag Keys are not allowed.");
            }
        }
        TagSet.checked(named, TagSet.MAX_OBJECT_TAGS);
        Long above = size(conditions, "ObjectSizeGreaterThan");
        Long below = size(conditions, "ObjectSizeLessThan");
        if (above != null && below != null && below <= above) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST, "ObjectSizeLessThan has to be a value greater than ObjectSizeGreaterThan");
        }
        return new LifecycleFilter(false, and != null, conditions.child("Prefix"), named, above, below);
    }

    private static @Nullable Long size(XmlElement conditions, String name) {
        String text = conditions.child(name);
        return text == null ? null : LifecycleNumbers.read(name, text, 0, 5L << 40);
    }

    void write(Xml xml) {
        if (old) {
            xml.element("Prefix", prefix);
            return;
        }
        xml.open("Filter");
        if (and) {
            xml.open("And");
        }
        xml.element("Prefix", prefix);
        tags.forEach((key, value) ->
                xml.open("Tag").element("Key", key).element("Value", value).close());
        if (sizeAbove != null) {
            xml.element("ObjectSizeGreaterThan", sizeAbove);
        }
        if (sizeBelow != null) {
            xml.element("ObjectSizeLessThan", sizeBelow);
        }
        if (and) {
            xml.close();
        }
        xml.close();
    }

    /** Whether only names decide. */
    boolean isPrefixOnly() {
        return tags.isEmpty() && sizeAbove == null && sizeBelow == null;
    }

    boolean fits(String key) {
        return prefix == null || key.startsWith(prefix);
    }

    boolean fits(String key, long size, Map<String, String> objectTags) {
        return fits(key)
                && (sizeAbove == null || size > sizeAbove)
                && (sizeBelow == null || size < sizeBelow)
                && objectTags.entrySet().containsAll(tags.entrySet());
    }
}
