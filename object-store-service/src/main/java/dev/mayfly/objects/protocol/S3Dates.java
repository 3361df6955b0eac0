package dev.mayfly.objects.protocol;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** S3's two ways to write a time. */
public final class S3Dates {
    private static final DateTimeFormatter HTTP = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private S3Dates() {}

    public static String http(Instant time) {
        return HTTP.format(time);
    }

    public static String iso(Instant time) {
        return ISO.format(time);
    }

    /** The time that a header names, or null when it is no time: conditions that make no sense are ignored. */
    public static @Nullable Instant parse(@Nullable String header) {
        if (header == null) {
            return null;
        }
        try {
            return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(header.strip()));
        } catch (DateTimeException notHttp) {
            try {
                return Instant.parse(header.strip());
            } catch (DateTimeException notIso) {
                return null;
            }
        }
    }
}
