package dev.mayfly.contracts.trust;

import dev.mayfly.contracts.identity.Role;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway (or a sibling service) vouches for when it hands a request on. It travels sealed in the header
 * {@link #HEADER}.
 *
 * @param issuer the service that vouches, e.g. {@code api-gateway}
 * @param accountId the caller's account, 12 digits; for a request between services the account it is made for
 * @param accessKeyId the key that signed; null for requests between services
 * @param role what the caller may do
 * @param functionArn set when the caller is a function that uses the credentials of its sandbox
 * @param requestId the request's id, a UUID: the one the client sees
 * @param target the request target exactly as the client sent it, raw path and query; null between services
 * @param payload how the body is signed; null between services
 * @param expiresAt after this the voucher is void
 */
public record Voucher(
        String issuer,
        String accountId,
        @Nullable String accessKeyId,
        Role role,
        @Nullable String functionArn,
        String requestId,
        @Nullable String target,
        @Nullable PayloadSignature payload,
        Instant expiresAt) {

    /** The account and the access key of who did not sign. As a key id too, so that it is not taken for a service. */
    public static final String ANONYMOUS = "anonymous";

    /** The header that carries a sealed voucher. The gateway removes it from what clients send. */
    public static final String HEADER = "X-Mayfly-Voucher";

    /**
     * How the client signed the body. The service that reads the body checks it.
     *
     * @param contentSha256 the value of {@code x-amz-content-sha256} (hex digest, {@code UNSIGNED-PAYLOAD}, or one of the
     *     {@code STREAMING-...} constants), or the digest of an empty body where the client sent no such header
     * @param signingKey Base64 of the derived SigV4 signing key, valid for one day, region and service; set only for
     *     {@code STREAMING-AWS4-HMAC-SHA256-...}, whose chunks the service verifies
     * @param seedSignature hex; the request's own signature, which the first chunk's signature covers
     * @param timestamp {@code yyyyMMdd'T'HHmmss'Z'} as signed
     * @param scope {@code yyyyMMdd/region/service/aws4_request}
     */
    public record PayloadSignature(
            String contentSha256,
            @Nullable String signingKey,
            @Nullable String seedSignature,
            @Nullable String timestamp,
            @Nullable String scope) {}

    /** Whether nobody signed the client's request. */
    public boolean isAnonymous() {
        return ANONYMOUS.equals(accessKeyId);
    }

    /** Whether a sibling service made this request on its own behalf, not a client. */
    public boolean betweenServices() {
        return accessKeyId == null;
    }
}
