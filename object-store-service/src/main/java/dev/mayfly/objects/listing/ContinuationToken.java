package dev.mayfly.objects.listing;

import dev.mayfly.objects.error.S3Exception;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The last entry of a page, in a form that says to clients that it is none of their business. */
final class ContinuationToken {
    private static final String VERSION = "1";

    private ContinuationToken() {}

    static String of(String last) {
        return VERSION + Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8));
    }

    static String read(String token) {
        try {
            if (token.startsWith(VERSION)) {
                return new String(Base64.getUrlDecoder().decode(token.substring(1)), StandardCharsets.UTF_8);
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw S3Exception.invalidArgument("continuation-token", token, "The continuation token provided is incorrect");
    }
}
