package dev.mayfly.objects.site;

import dev.mayfly.objects.object.StoredObject;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What browsers are told an object is. */
final class MediaTypes {
    /** What an object has that was put without a type. */
    private static final String UNKNOWN = "binary/octet-stream";

    private static final Map<String, String> BY_EXTENSION = Map.ofEntries(
            Map.entry("avif", "image/avif"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("csv", "text/csv; charset=utf-8"),
            Map.entry("gif", "image/gif"),
            Map.entry("htm", "text/html; charset=utf-8"),
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("md", "text/markdown; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("mp3", "audio/mpeg"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("ogg", "audio/ogg"),
            Map.entry("otf", "font/otf"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("png", "image/png"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("ttf", "font/ttf"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("wasm", "application/wasm"),
            Map.entry("webm", "video/webm"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("webp", "image/webp"),
            Map.entry("woff", "font/woff"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("xml", "application/xml"));

    private static final Set<String> COMPRESSIBLE = Set.of(
            "application/javascript",
            "application/json",
            "application/ld+json",
            "application/manifest+json",
            "application/wasm",
            "application/xhtml+xml",
            "application/xml",
            "application/rss+xml",
            "application/atom+xml",
            "image/svg+xml",
            "image/x-icon",
            "font/ttf",
            "font/otf");

    private MediaTypes() {}

    /** The object's own, or what its key's extension means where it has none. */
    static String of(StoredObject object) {
        String own = object.attributes().headers().getOrDefault("content-type", UNKNOWN);
        if (!own.equals(UNKNOWN)) {
            return own;
        }
        String key = object.key();
        String extension = key.substring(key.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return BY_EXTENSION.getOrDefault(extension, own);
    }

    static boolean isHtml(String type) {
        return bare(type).equals("text/html");
    }

    /** Whether it gets smaller when it is compressed. */
    static boolean isCompressible(String type) {
        String bare = bare(type);
        return bare.startsWith("text/") || COMPRESSIBLE.contains(bare);
    }

    private static String bare(String type) {
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }
}
