package dev.mayfly.gateway.signature;

import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks a {@link SignatureClaim} against the request it came with. Stateless and thread-safe. */
public final class SignatureVerifier {
    /** How far a client's clock may be off. */
    public static final Duration MAX_SKEW = Duration.ofMinutes(15);

    private final Clock clock;
    private final String region;

    /** @param region the one region that this installation is */
    public SignatureVerifier(Clock clock, String region) {
        this.clock = clock;
        this.region = region;
    }

    /** What can be refused before the key is known: a time outside the window, another region, unsigned headers. */
    public void checkClaim(RequestHead head, SignatureClaim claim) throws RefusedException {
        checkTime(claim);
        if (!claim.region().equals(region)) {
            throw new RefusedException(
                    Refusal.WRONG_SCOPE,
                    "Credential should be scoped to a valid region: '" + claim.region() + "' is wrong; expecting '"
                            + region + "'",
                    Map.of("Region", region));
        }
        checkSignedHeaders(head, claim);
    }

    /**
     * @param payloadHash the line of the canonical request that stands for the body
     * @throws RefusedException when the signature is not the one that the holder of {@code secret} makes for this request
     */
    public void checkSignature(RequestHead head, SignatureClaim claim, String payloadHash, SigningSecret secret)
            throws RefusedException {
        byte[] key = secret.signingKey(claim);
        byte[] claimed = claim.signature().getBytes(StandardCharsets.ISO_8859_1);
        boolean s3 = claim.service().equals("s3");
        String path = s3 ? head.path() : CanonicalPath.of(head.path());
        String query = CanonicalQuery.normalised(head.query());
        String canonical = canonicalRequest(head, claim, path, query, payloadHash);
        if (matches(canonical, claim, key, claimed)) {
            return;
        }
        // Some clients sign another spelling of the target than they send (the Java SDK sends // as /%2F).
        String otherPath = s3 ? PercentCoding.normalisePath(head.path()) : path;
        String otherQuery = CanonicalQuery.asSent(head.query());
        if (!otherPath.equals(path)
                && matches(canonicalRequest(head, claim, otherPath, query, payloadHash), claim, key, claimed)) {
            return;
        }
        if (!otherQuery.equals(query)
                && matches(canonicalRequest(head, claim, path, otherQuery, payloadHash), claim, key, claimed)) {
            return;
        }
        throw mismatch(claim, canonical);
    }

    private static boolean matches(String canonical, SignatureClaim claim, byte[] key, byte[] claimed) {
        byte[] expected =
                Hashing.hex(Hashing.hmac(key, stringToSign(claim, canonical))).getBytes(StandardCharsets.ISO_8859_1);
        return MessageDigest.isEqual(expected, claimed);
    }

    private static String stringToSign(SignatureClaim claim, String canonical) {
        return SignatureClaim.ALGORITHM
                + '\n'
                + claim.timestamp()
                + '\n'
                + claim.scope()
                + '\n'
                + Hashing.sha256(canonical);
    }

    private static String canonicalRequest(
            RequestHead head, SignatureClaim claim, String path, String query, String payloadHash) {
        var out = new StringBuilder(1024)
                .append(head.method())
                .append('\n')
                .append(path)
                .append('\n')
                .append(query)
                .append('\n');
        String names = claim.signedHeaders();
        int start = 0;
        while (start <= names.length()) {
            int end = names.indexOf(';', start);
            if (end < 0) {
                end = names.length();
            }
            appendHeader(out, head, names.substring(start, end));
            start = end + 1;
        }
        return out.append('\n').append(names).append('\n').append(payloadHash).toString();
    }

    private static void appendHeader(StringBuilder out, RequestHead head, String name) {
        out.append(name).append(':');
        List<String> values = head.headers().getAll(name);
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            appendFolded(out, values.get(i));
        }
        out.append('\n');
    }

    /** Trims and folds each run of blanks into one. */
    private static void appendFolded(StringBuilder out, String value) {
        boolean gap = false;
        boolean begun = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                gap = begun;
            } else {
                if (gap) {
                    out.append(' ');
                    gap = false;
                }
                out.append(c);
                begun = true;
            }
        }
    }

    private void checkTime(SignatureClaim claim) throws RefusedException {
        Instant now = clock.instant();
        Instant signedAt = claim.signedAt();
        @Nullable Integer expires = claim.expiresSeconds();
        if (expires != null) {
            if (signedAt.isAfter(now.plus(MAX_SKEW))) {
                throw new RefusedException(Refusal.PRESIGN_EXPIRED, "Request is not valid yet");
            }
            Instant end = signedAt.plusSeconds(expires);
            if (now.isAfter(end)) {
                var details = new LinkedHashMap<String, String>();
                details.put("X-Amz-Expires", expires.toString());
                details.put("Expires", end.toString());
                details.put("ServerTime", now.toString());
                throw new RefusedException(Refusal.PRESIGN_EXPIRED, "Request has expired", details);
            }
        } else if (Duration.between(signedAt, now).abs().compareTo(MAX_SKEW) > 0) {
            var details = new LinkedHashMap<String, String>();
            details.put("RequestTime", claim.timestamp());
            details.put("ServerTime", now.toString());
            details.put("MaxAllowedSkewMilliseconds", Long.toString(MAX_SKEW.toMillis()));
            throw new RefusedException(Refusal.SKEWED, skewMessage(claim, now), details);
        }
    }

    private static String skewMessage(SignatureClaim claim, Instant now) {
        if (claim.service().equals("s3")) {
            return "The difference between the request time and the current time is too large.";
        }
        return claim.signedAt().isBefore(now)
                ? "Signature expired: " + claim.timestamp() + " is now earlier than " + now.minus(MAX_SKEW) + " (" + now
                        + " - 15 min.)"
                : "Signature not yet current: " + claim.timestamp() + " is still later than " + now.plus(MAX_SKEW)
                        + " (" + now + " + 15 min.)";
    }

    private static void checkSignedHeaders(RequestHead head, SignatureClaim claim) throws RefusedException {
        String signed = ';' + claim.signedHeaders() + ';';
        if (!signed.contains(";host;")) {
            throw new RefusedException(
                    claim.presigned() ? Refusal.MALFORMED_PRESIGN : Refusal.MALFORMED_AUTHORIZATION,
                    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        }
        for (Map.Entry<String, String> header : head.headers()) {
            String name = header.getKey();
            if (name.length() > 6 && name.regionMatches(true, 0, "x-amz-", 0, 6)) {
                String lower = name.toLowerCase(java.util.Locale.ROOT);
                if (!isCoveredOtherwise(lower) && !signed.contains(';' + lower + ';')) {
                    throw new RefusedException(
                            Refusal.HEADERS_NOT_SIGNED,
                            "There were headers present in the request which were not signed",
                            Map.of("HeadersNotSigned", lower));
                }
            }
        }
    }

    /** The digest and the date are lines of what is signed; a security token is sealed itself. */
    private static boolean isCoveredOtherwise(String lower) {
        return lower.equals("x-amz-content-sha256")
                || lower.equals("x-amz-date")
                || lower.equals("x-amz-security-token");
    }

    private static RefusedException mismatch(SignatureClaim claim, String canonical) {
        var details = new LinkedHashMap<String, String>();
        details.put("AWSAccessKeyId", claim.accessKeyId());
        details.put("StringToSign", stringToSign(claim, canonical));
        details.put("SignatureProvided", claim.signature());
        details.put("CanonicalRequest", canonical);
        return new RefusedException(
                Refusal.WRONG_SIGNATURE,
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret"
                        + " Access Key and signing method. Consult the service documentation for details.",
                details);
    }
}
