package dev.mayfly.gateway.signature;

import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A presigned S3 URL of Signature Version 2, which the aws cli and boto3 still make by default in {@code us-east-1}.
 *
 * @param signature Base64 of HMAC-SHA-1
 * @param expires seconds since the epoch, as sent
 * @param securityToken of temporary credentials, or null
 */
public record LegacyPresign(
        String accessKeyId,
        String signature,
        String expires,
        Instant expiresAt,
        @Nullable String securityToken) {

    private static final String TOKEN = "x-amz-security-token";

    /** The parameters that name another resource than the object itself, and that change the answer's headers. */
    private static final Set<String> SIGNED_PARAMETERS = Set.of(
            "accelerate",
            "acl",
            "analytics",
            "cors",
            "delete",
            "inventory",
            "lifecycle",
            "location",
            "logging",
            "metrics",
            "notification",
            "object-lock",
            "partNumber",
            "policy",
            "replication",
            "requestPayment",
            "response-cache-control",
            "response-content-disposition",
            "response-content-encoding",
            "response-content-language",
            "response-content-type",
            "response-expires",
            "restore",
            "select",
            "select-type",
            "storageClass",
            "tagging",
            "torrent",
            "uploadId",
            "uploads",
            "versionId",
            "versioning",
            "versions",
            "website");

    /** Whether the query claims such a signature. */
    public static boolean inQuery(String query) {
        return query.contains("AWSAccessKeyId=") && query.contains("Signature=") && query.contains("Expires=");
    }

    /** What the query claims. */
    public static LegacyPresign of(RequestHead head) throws RefusedException {
        String expires = parameter(head, "Expires");
        Instant end;
        try {
            end = Instant.ofEpochSecond(Long.parseLong(expires));
        } catch (NumberFormatException | DateTimeException e) {
            throw new RefusedException(Refusal.NOT_SIGNED, "Invalid date (should be seconds since epoch): " + expires);
        }
        @Nullable String token = CanonicalQuery.value(head.query(), TOKEN);
        return new LegacyPresign(
                parameter(head, "AWSAccessKeyId"),
                parameter(head, "Signature"),
                expires,
                end,
                token != null ? token : head.headers().get(TOKEN));
    }

    /** Refuses what has expired. */
    public void checkTime(Clock clock) throws RefusedException {
        Instant now = clock.instant();
        if (now.isAfter(expiresAt)) {
            var details = new LinkedHashMap<String, String>();
            details.put("Expires", expiresAt.toString());
            details.put("ServerTime", now.toString());
            throw new RefusedException(Refusal.PRESIGN_EXPIRED, "Request has expired", details);
        }
    }

    /**
     * @param path the raw path in path style
     * @throws RefusedException when the signature is not the one that the holder of {@code secret} makes
     */
    public void checkSignature(RequestHead head, String path, SigningSecret secret) throws RefusedException {
        String toSign = stringToSign(head, path);
        byte[] expected = secret.legacySignature(toSign).getBytes(StandardCharsets.ISO_8859_1);
        if (!MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.ISO_8859_1))) {
            var details = new LinkedHashMap<String, String>();
            details.put("AWSAccessKeyId", accessKeyId);
            details.put("StringToSign", toSign);
            details.put("SignatureProvided", signature);
            throw new RefusedException(
                    Refusal.WRONG_SIGNATURE,
                    "The request signature we calculated does not match the signature you provided. Check your key and"
                            + " signing method.",
                    details);
        }
    }

    private String stringToSign(RequestHead head, String path) {
        var amz = new TreeMap<String, String>();
        var resource = new TreeMap<String, String>();
        String md5 = headerOf(head, "content-md5");
        String type = headerOf(head, "content-type");
        for (Map.Entry<String, String> header : head.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith("x-amz-")) {
                amz.merge(name, header.getValue().strip(), (a, b) -> a + ',' + b);
            }
        }
        for (String pair : head.query().split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : PercentCoding.decode(pair.substring(equals + 1));
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-")) {
                amz.put(lower, value);
            } else if (lower.equals("content-md5")) {
                md5 = value;
            } else if (lower.equals("content-type")) {
                type = value;
            } else if (SIGNED_PARAMETERS.contains(name)) {
                resource.put(name, equals < 0 ? name : name + '=' + value);
            }
        }
        var out = new StringBuilder(256)
                .append(head.method())
                .append('\n')
                .append(md5)
                .append('\n')
                .append(type)
                .append('\n')
                .append(expires)
                .append('\n');
        amz.forEach((name, value) -> out.append(name).append(':').append(value).append('\n'));
        out.append(path);
        if (!resource.isEmpty()) {
            out.append('?').append(String.join("&", List.copyOf(resource.values())));
        }
        return out.toString();
    }

    private static String headerOf(RequestHead head, String name) {
        @Nullable String value = head.headers().get(name);
        return value == null ? "" : value.strip();
    }

    private static String parameter(RequestHead head, String name) throws RefusedException {
        @Nullable String value = CanonicalQuery.value(head.query(), name);
        if (value == null || value.isEmpty()) {
            throw new RefusedException(
                    Refusal.NOT_SIGNED,
                    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
        }
        return value;
    }
}
