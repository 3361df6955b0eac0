package dev.mayfly.gateway.signature;

import java.util.ArrayList;
import java.util.List;

/** The canonical form of a query string: parameters sorted by name, then value, in one encoding. */
final class CanonicalQuery {
    private static final String SIGNATURE = "X-Amz-Signature=";

    private CanonicalQuery() {}

    /** Each parameter decoded and encoded again, so that every spelling of one query gives one text. */
    static String normalised(String query) {
        return query.isEmpty() ? query : sorted(query, true);
    }

    /** Each parameter as the client spelled it. */
    static String asSent(String query) {
        return query.isEmpty() ? query : sorted(query, false);
    }

    private static String sorted(String query, boolean normalise) {
        List<String[]> pairs = new ArrayList<>();
        int start = 0;
        var part = new StringBuilder();
        while (start <= query.length()) {
            int end = query.indexOf('&', start);
            if (end < 0) {
                end = query.length();
            }
            if (end > start && !query.startsWith(SIGNATURE, start)) {
                int equals = query.indexOf('=', start);
                int nameEnd = equals < 0 || equals > end ? end : equals;
                int valueStart = Math.min(nameEnd + 1, end);
                String name = text(part, query, start, nameEnd, normalise);
                pairs.add(new String[] {name, text(part, query, valueStart, end, normalise)});
            }
            start = end + 1;
        }
        if (pairs.size() > 1) {
            pairs.sort((a, b) -> a[0].equals(b[0]) ? a[1].compareTo(b[1]) : a[0].compareTo(b[0]));
        }
        var out = new StringBuilder(query.length() + 16);
        for (String[] pair : pairs) {
            if (!out.isEmpty()) {
                out.append('&');
            }
            out.append(pair[0]).append('=').append(pair[1]);
        }
        return out.toString();
    }

    private static String text(StringBuilder part, String query, int from, int to, boolean normalise) {
        if (!normalise) {
            return query.substring(from, to);
        }
        part.setLength(0);
        PercentCoding.normaliseQueryPart(part, query, from, to);
        return part.toString();
    }

    /** The decoded value of the first parameter {@code name}, or null. */
    static @org.jspecify.annotations.Nullable String value(String query, String name) {
        int start = 0;
        while (start < query.length()) {
            int end = query.indexOf('&', start);
            if (end < 0) {
                end = query.length();
            }
            if (query.startsWith(name, start)) {
                int after = start + name.length();
                if (after == end) {
                    return "";
                }
                if (after < end && query.charAt(after) == '=') {
                    return PercentCoding.decode(query.substring(after + 1, end));
                }
            }
            start = end + 1;
        }
        return null;
    }
}
