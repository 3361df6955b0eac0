package dev.mayfly.gateway.signature;

import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about its signature, not yet believed.
 *
 * @param date {@code yyyyMMdd} of the credential scope
 * @param timestamp {@code yyyyMMdd'T'HHmmss'Z'}
 * @param signedHeaders as sent: lower-case names joined by semicolons
 * @param signature as sent
 * @param expiresSeconds how long a presigned request is good for; null when the signature came in a header
 * @param securityToken of temporary credentials, or null
 */
public record SignatureClaim(
        String accessKeyId,
        String date,
        String region,
        String service,
        String timestamp,
        Instant signedAt,
        String signedHeaders,
        String signature,
        @Nullable Integer expiresSeconds,
        @Nullable String securityToken) {

    /** The one algorithm that is understood. */
    public static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private static final int MAX_EXPIRES_SECONDS = 604_800;
    private static final String TERMINATOR = "aws4_request";
    private static final DateTimeFormatter BASIC = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

    public boolean presigned() {
        return expiresSeconds != null;
    }

    /** {@code date/region/service/aws4_request}. */
    public String scope() {
        return date + '/' + region + '/' + service + '/' + TERMINATOR;
    }

    /** The claim of an {@code Authorization} header that begins with {@link #ALGORITHM}. */
    public static SignatureClaim fromHeader(RequestHead head, String authorization) throws RefusedException {
        @Nullable String credential = null;
        @Nullable String signedHeaders = null;
        @Nullable String signature = null;
        int start = ALGORITHM.length();
        while (start < authorization.length()) {
            int end = authorization.indexOf(',', start);
            if (end < 0) {
                end = authorization.length();
            }
            String field = authorization.substring(start, end).strip();
            if (field.startsWith("Credential=")) {
                credential = field.substring("Credential=".length());
            } else if (field.startsWith("SignedHeaders=")) {
                signedHeaders = field.substring("SignedHeaders=".length());
            } else if (field.startsWith("Signature=")) {
                signature = field.substring("Signature=".length());
            }
            start = end + 1;
        }
        String timestamp = headerTimestamp(head);
        return build(
                Refusal.MALFORMED_AUTHORIZATION,
                required(credential, "Credential"),
                required(signedHeaders, "SignedHeaders"),
                required(signature, "Signature"),
                timestamp,
                null,
                head.headers().get("x-amz-security-token"));
    }

    /** The claim of a presigned query. */
    public static SignatureClaim fromQuery(RequestHead head) throws RefusedException {
        String query = head.query();
        String algorithm = parameter(query, "X-Amz-Algorithm");
        if (!algorithm.equals(ALGORITHM)) {
            throw new RefusedException(Refusal.MALFORMED_PRESIGN, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        }
        return build(
                Refusal.MALFORMED_PRESIGN,
                parameter(query, "X-Amz-Credential"),
                parameter(query, "X-Amz-SignedHeaders"),
                parameter(query, "X-Amz-Signature"),
                parameter(query, "X-Amz-Date"),
                expires(parameter(query, "X-Amz-Expires")),
                CanonicalQuery.value(query, "X-Amz-Security-Token"));
    }

    /** Whether the query claims a signature. */
    public static boolean inQuery(String query) {
        return query.contains("X-Amz-Signature=") || query.contains("X-Amz-Algorithm=");
    }

    private static SignatureClaim build(
            Refusal malformed,
            String credential,
            String signedHeaders,
            String signature,
            String timestamp,
            @Nullable Integer expires,
            @Nullable String token)
            throws RefusedException {
        String[] parts = credential.split("/", -1);
        if (parts.length != 5 || !parts[4].equals(TERMINATOR) || parts[0].isEmpty()) {
            throw new RefusedException(
                    malformed,
                    "The credential is malformed; expecting"
                            + " \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        }
        Instant signedAt = instant(timestamp, malformed);
        if (!timestamp.startsWith(parts[1]) || parts[1].length() != 8) {
            throw new RefusedException(
                    malformed,
                    "The date in the credential scope, " + parts[1] + ", does not match the date of the request, "
                            + timestamp + ".");
        }
        return new SignatureClaim(
                parts[0], parts[1], parts[2], parts[3], timestamp, signedAt, signedHeaders, signature, expires, token);
    }

    private static String headerTimestamp(RequestHead head) throws RefusedException {
        @Nullable String timestamp = head.headers().get("x-amz-date");
        if (timestamp != null) {
            return timestamp;
        }
        @Nullable String date = head.headers().get("date");
        if (date == null) {
            throw new RefusedException(
                    Refusal.NOT_SIGNED, "AWS authentication requires a valid Date or x-amz-date header");
        }
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .withZoneSameInstant(ZoneOffset.UTC)
                    .format(BASIC);
        } catch (DateTimeException e) {
            return date;
        }
    }

    private static Instant instant(String timestamp, Refusal malformed) throws RefusedException {
        if (timestamp.length() == 16 && timestamp.charAt(8) == 'T' && timestamp.charAt(15) == 'Z') {
            try {
                return LocalDateTime.of(
                                Integer.parseInt(timestamp, 0, 4, 10),
                                Integer.parseInt(timestamp, 4, 6, 10),
                                Integer.parseInt(timestamp, 6, 8, 10),
                                Integer.parseInt(timestamp, 9, 11, 10),
                                Integer.parseInt(timestamp, 11, 13, 10),
                                Integer.parseInt(timestamp, 13, 15, 10))
                        .toInstant(ZoneOffset.UTC);
            } catch (DateTimeException | NumberFormatException e) {
                throw badDate(malformed);
            }
        }
        throw badDate(malformed);
    }

    private static RefusedException badDate(Refusal malformed) {
        return new RefusedException(
                malformed, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
    }

    private static Integer expires(String text) throws RefusedException {
        int seconds;
        try {
            seconds = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new RefusedException(Refusal.MALFORMED_PRESIGN, "X-Amz-Expires should be a number");
        }
        if (seconds < 0) {
            throw new RefusedException(Refusal.MALFORMED_PRESIGN, "X-Amz-Expires must be non-negative");
        }
        if (seconds > MAX_EXPIRES_SECONDS) {
            throw new RefusedException(
                    Refusal.MALFORMED_PRESIGN,
                    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be"
                            + " less than " + MAX_EXPIRES_SECONDS + " seconds");
        }
        return seconds;
    }

    private static String required(@Nullable String field, String name) throws RefusedException {
        if (field == null || field.isEmpty()) {
            throw new RefusedException(
                    Refusal.MALFORMED_AUTHORIZATION, "Authorization header requires '" + name + "' parameter.");
        }
        return field;
    }

    private static String parameter(String query, String name) throws RefusedException {
        @Nullable String value = CanonicalQuery.value(query, name);
        if (value == null || value.isEmpty()) {
            throw new RefusedException(
                    Refusal.MALFORMED_PRESIGN,
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential,"
                            + " X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
                            + " This request has no " + name + ".");
        }
        return value;
    }
}
