package dev.mayfly.objects.object;

import dev.mayfly.objects.bucket.tagging.TagSet;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Percent;
import dev.mayfly.objects.protocol.S3Request;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tags in the header of a write. */
public final class ObjectTags {
    private static final String HEADER = "x-amz-tagging";

    private ObjectTags() {}

    /** @throws S3Exception InvalidArgument, InvalidTag or BadRequest */
    public static Map<String, String> of(S3Request request) {
        return parse(request.header(HEADER));
    }

    /** Whether a copy takes the request's tags instead of its source's. */
    static boolean replaces(S3Request request) {
        String directive = request.header("x-amz-tagging-directive");
        if (directive == null || directive.equals("COPY")) {
            return false;
        }
        if (directive.equals("REPLACE")) {
            return true;
        }
        throw S3Exception.invalidArgument("x-amz-tagging-directive", directive, "Unknown tagging directive.");
    }

    private static Map<String, String> parse(@Nullable String header) {
        if (header == null || header.isEmpty()) {
            return Map.of();
        }
        var tags = new LinkedHashMap<String, String>();
        for (String pair : header.split("&")) {
            int equals = pair.indexOf('=');
            String key = Percent.decode(equals < 0 ? pair : pair.substring(0, equals), true);
            String value = equals < 0 ? "" : Percent.decode(pair.substring(equals + 1), true);
            if (tags.put(key, value) != null) {
                throw S3Exception.invalidArgument(
                        HEADER,
                        header,
                        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters"
                                + " without tag name duplicates.");
            }
        }
        return TagSet.checked(tags, TagSet.MAX_OBJECT_TAGS).tags();
    }
}
