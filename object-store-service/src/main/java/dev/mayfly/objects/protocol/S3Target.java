package dev.mayfly.objects.protocol;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request is about: a path-style target, parsed by ourselves because servlet containers normalise paths and keys
 * must not be.
 *
 * @param bucket empty for the service itself
 * @param key empty for the bucket itself; never normalised
 * @param query decoded; the first of equal names counts
 */
public record S3Target(String bucket, String key, Map<String, String> query) {
    private static final int MAX_KEY_BYTES = 1024;

    /** @param raw path and query as sent, e.g. {@code /bucket/key%20x?uploads} */
    public static S3Target parse(String raw) {
        int mark = raw.indexOf('?');
        S3Target path = ofPath(mark < 0 ? raw : raw.substring(0, mark));
        return mark < 0 ? path : new S3Target(path.bucket, path.key, parseQuery(raw.substring(mark + 1)));
    }

    /** The object that {@code /bucket/key}, or the same without its first slash, names. */
    public static S3Target ofPath(String path) {
        int start = path.startsWith("/") ? 1 : 0;
        int slash = path.indexOf('/', start);
        String bucket = Percent.decode(slash < 0 ? path.substring(start) : path.substring(start, slash), false);
        String key = slash < 0 ? "" : Percent.decode(path.substring(slash + 1), false);
        checkKey(key);
        return new S3Target(bucket, key, Map.of());
    }

    /** @throws S3Exception KeyTooLongError */
    public static void checkKey(String key) {
        if (key.length() > MAX_KEY_BYTES || key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
            throw new S3Exception(
                    S3Error.KEY_TOO_LONG,
                    S3Error.KEY_TOO_LONG.message(),
                    Map.of("MaxSizeAllowed", Integer.toString(MAX_KEY_BYTES)));
        }
    }

    private static Map<String, String> parseQuery(String raw) {
        var query = new LinkedHashMap<String, String>();
        for (String pair : raw.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = Percent.decode(equals < 0 ? pair : pair.substring(0, equals), true);
                query.putIfAbsent(name, equals < 0 ? "" : Percent.decode(pair.substring(equals + 1), true));
            }
        }
        return query;
    }

    public boolean has(String name) {
        return query.containsKey(name);
    }

    public @Nullable String get(String name) {
        return query.get(name);
    }
}
