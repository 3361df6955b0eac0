package dev.mayfly.objects.site;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The content codings that a browser takes.
 *
 * @param brotli {@code br}
 * @param gzip {@code gzip}
 */
record Encodings(boolean brotli, boolean gzip) {
    /** @param accepted the header {@code Accept-Encoding}, or null */
    static Encodings of(@Nullable String accepted) {
        boolean brotli = false;
        boolean gzip = false;
        for (String one :
                (accepted == null ? "" : accepted).toLowerCase(Locale.ROOT).split(",", 32)) {
            int end = one.indexOf(';');
            String name = (end < 0 ? one : one.substring(0, end)).strip();
            boolean wanted = end < 0 || !one.substring(end + 1).strip().matches("q=0(\\.0{0,3})?");
            switch (name) {
                case "br" -> brotli = wanted;
                case "gzip", "x-gzip" -> gzip = wanted;
                default -> {}
            }
        }
        return new Encodings(brotli, gzip);
    }
}
