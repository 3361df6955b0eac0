package dev.mayfly.gateway.signature;

import java.util.ArrayDeque;
import java.util.Deque;

/** The canonical form of a path for services other than S3: RFC 3986 normalised, then encoded once more. */
final class CanonicalPath {
    private CanonicalPath() {}

    static String of(String path) {
        return PercentCoding.encode(needsNormalising(path) ? normalise(path) : path);
    }

    private static boolean needsNormalising(String path) {
        return path.contains("//") || path.contains("/.");
    }

    private static String normalise(String path) {
        Deque<String> kept = new ArrayDeque<>();
        int start = 0;
        while (start < path.length()) {
            int end = path.indexOf('/', start);
            if (end < 0) {
                end = path.length();
            }
            String segment = path.substring(start, end);
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                kept.addLast(segment);
            }
            start = end + 1;
        }
        boolean folder = path.endsWith("/") || path.endsWith("/.") || path.endsWith("/..");
        return kept.isEmpty() ? "/" : "/" + String.join("/", kept) + (folder ? "/" : "");
    }
}
