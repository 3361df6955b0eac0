package dev.mayfly.gateway.signature;

/** RFC 3986 percent coding over bytes, as SigV4 wants it: unreserved characters bare, all else {@code %XX}. */
final class PercentCoding {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    private static final boolean[] UNRESERVED = new boolean[256];

    static {
        for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".toCharArray()) {
            UNRESERVED[c] = true;
        }
    }

    private PercentCoding() {}

    /** Encodes {@code text}, percent signs included; slashes stay. */
    static String encode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isBare(text.charAt(i))) {
                var out = new StringBuilder(text.length() + 24);
                for (int j = 0; j < text.length(); j++) {
                    append(out, text.charAt(j), isBare(text.charAt(j)));
                }
                return out.toString();
            }
        }
        return text;
    }

    /** One encoding for one meaning: {@code %7e} becomes {@code ~}, {@code (} becomes {@code %28}, {@code %2F} a slash. */
    static String normalisePath(String path) {
        var out = new StringBuilder(path.length() + 16);
        normalise(out, path, 0, path.length(), false);
        return out.toString();
    }

    /** Appends a query's name or value in its one encoding; a plus means a blank there. */
    static void normaliseQueryPart(StringBuilder out, String query, int from, int to) {
        normalise(out, query, from, to, true);
    }

    private static void normalise(StringBuilder out, String text, int from, int to, boolean query) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '%' && i + 2 < to && hex(text.charAt(i + 1)) >= 0 && hex(text.charAt(i + 2)) >= 0) {
                char decoded = (char) (hex(text.charAt(i + 1)) << 4 | hex(text.charAt(i + 2)));
                append(out, decoded, UNRESERVED[decoded] || !query && decoded == '/');
                i += 2;
            } else if (query && c == '+') {
                out.append("%20");
            } else {
                append(out, c, UNRESERVED[c & 0xFF] || !query && c == '/');
            }
        }
    }

    /** The bytes that {@code text} stands for, one character each; malformed escapes stand for themselves. */
    static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' && i + 2 < text.length() && hex(text.charAt(i + 1)) >= 0 && hex(text.charAt(i + 2)) >= 0) {
                out.append((char) (hex(text.charAt(i + 1)) << 4 | hex(text.charAt(i + 2))));
                i += 2;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isBare(char c) {
        return UNRESERVED[c & 0xFF] || c == '/';
    }

    private static void append(StringBuilder out, char c, boolean bare) {
        if (bare) {
            out.append(c);
        } else {
            out.append('%').append(HEX[(c >> 4) & 0xF]).append(HEX[c & 0xF]);
        }
    }

    private static int hex(char c) {
        return Character.digit(c, 16);
    }
}
