package dev.mayfly.objects.object;

/** Entity tags: kept bare, shown in quotes. */
public final class ETags {
    private ETags() {}

    public static String quoted(String etag) {
        return '"' + etag + '"';
    }

    public static String unquoted(String etag) {
        String bare = etag.strip();
        if (bare.startsWith("W/")) {
            bare = bare.substring(2);
        }
        return bare.length() >= 2 && bare.startsWith("\"") && bare.endsWith("\"")
                ? bare.substring(1, bare.length() - 1)
                : bare;
    }

    /** Whether a header such as {@code If-Match} names this tag. */
    static boolean anyMatches(String header, String etag) {
        for (String one : header.split(",")) {
            String bare = unquoted(one);
            if (bare.equals("*") || bare.equals(etag)) {
                return true;
            }
        }
        return false;
    }
}
