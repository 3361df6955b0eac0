package dev.mayfly.gateway.door;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Voucher.PayloadSignature;
import dev.mayfly.gateway.body.BodyDigest;
import dev.mayfly.gateway.body.DigestRefused;
import dev.mayfly.gateway.body.DigestedBody;
import dev.mayfly.gateway.keys.AccessKeys;
import dev.mayfly.gateway.keys.Credential;
import dev.mayfly.gateway.keys.Sessions;
import dev.mayfly.gateway.refusal.Dialect;
import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import dev.mayfly.gateway.signature.Hashing;
import dev.mayfly.gateway.signature.LegacyPresign;
import dev.mayfly.gateway.signature.RequestHead;
import dev.mayfly.gateway.signature.SignatureClaim;
import dev.mayfly.gateway.signature.SignatureVerifier;
import dev.mayfly.gateway.signature.SigningSecret;
import java.time.Clock;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Finds out who sent a request. Fails with {@link RefusedException} when nobody known did. */
@Component
class Authenticator {
    private static final String BEARER = "Bearer ";
    private static final PayloadSignature UNSIGNED = new PayloadSignature(ContentHash.UNSIGNED, null, null, null, null);
    private static final Credential NOBODY =
            new Credential(Voucher.ANONYMOUS, Voucher.ANONYMOUS, Role.INVOKER, null, null, new SigningSecret(""));
    private static final long MAX_INVOKE_BYTES = 6L << 20;
    private static final long MAX_LAMBDA_BYTES = 70_167_211;
    private static final long MAX_FORM_BYTES = 1L << 20;

    private final AccessKeys keys;
    private final Sessions sessions;
    private final SignatureVerifier verifier;
    private final BodyDigest bodies;
    private final Clock clock;

    Authenticator(AccessKeys keys, Sessions sessions, SignatureVerifier verifier, BodyDigest bodies, Clock clock) {
        this.clock = clock;
        this.keys = keys;
        this.sessions = sessions;
        this.verifier = verifier;
        this.bodies = bodies;
    }

    /**
     * Who sent it.
     *
     * @param body taken in where the signature could not be checked without it, else null
     */
    record Caller(
            Credential credential,
            PayloadSignature payload,
            @Nullable DigestedBody body) {
        void release() {
            if (body != null) {
                body.release().run();
            }
        }
    }

    Mono<Caller> authenticate(Inquiry inquiry) {
        try {
            @Nullable String authorization = inquiry.authorization();
            if (inquiry.dialect() == Dialect.S3 && inquiry.head().method().equals("OPTIONS")) {
                // Browsers ask before they send what is signed, of presigned links too: the signature is for another
                // method.
                return Mono.just(nobody());
            }
            if (inquiry.dialect() == Dialect.V1 && authorization != null && authorization.startsWith(BEARER)) {
                return bearer(authorization.substring(BEARER.length()).strip());
            }
            if (authorization == null
                    && inquiry.dialect() == Dialect.S3
                    && LegacyPresign.inQuery(inquiry.head().query())) {
                return legacy(inquiry);
            }
            if (inquiry.dialect() == Dialect.S3
                    && authorization == null
                    && !SignatureClaim.inQuery(inquiry.head().query())) {
                return Mono.just(nobody(inquiry));
            }
            SignatureClaim claim = claim(inquiry);
            verifier.checkClaim(inquiry.head(), claim);
            return credential(claim.accessKeyId(), claim.securityToken())
                    .flatMap(credential -> signed(inquiry, claim, credential));
        } catch (RefusedException e) {
            return Mono.error(e);
        }
    }

    /** Who did not sign: nobody's secret is needed. */
    static Caller nobody() {
        return new Caller(NOBODY, UNSIGNED, null);
    }

    /** As {@link #nobody()}; the store decides what anybody may do. What is said of the body must hold nevertheless. */
    private static Caller nobody(Inquiry inquiry) throws RefusedException {
        @Nullable String hash = inquiry.head().headers().get("x-amz-content-sha256");
        if (hash == null) {
            return nobody();
        }
        ContentHash.check(hash, true);
        if (hash.startsWith("STREAMING-AWS4-")) {
            throw new RefusedException(Refusal.NOT_SIGNED, notSigned(Dialect.S3));
        }
        return new Caller(NOBODY, new PayloadSignature(hash, null, null, null, null), null);
    }

    private Mono<Credential> credential(String accessKeyId, @Nullable String token) throws RefusedException {
        if (token != null) {
            return Mono.just(sessions.open(token, accessKeyId));
        }
        @Nullable Credential known = keys.known(accessKeyId);
        return known != null
                ? Mono.just(known)
                : keys.ask(accessKeyId).switchIfEmpty(Mono.error(() -> unknownKey(accessKeyId)));
    }

    private Mono<Caller> legacy(Inquiry inquiry) throws RefusedException {
        var presign = LegacyPresign.of(inquiry.head());
        presign.checkTime(clock);
        String path = RequestHead.of(
                        inquiry.head().method(),
                        inquiry.pathStyleTarget(),
                        inquiry.head().headers())
                .path();
        return credential(presign.accessKeyId(), presign.securityToken()).flatMap(credential -> {
            try {
                presign.checkSignature(inquiry.head(), path, credential.secret());
                return Mono.just(new Caller(credential, UNSIGNED, null));
            } catch (RefusedException e) {
                return Mono.error(e);
            }
        });
    }

    private static SignatureClaim claim(Inquiry inquiry) throws RefusedException {
        @Nullable String authorization = inquiry.authorization();
        boolean presigned = SignatureClaim.inQuery(inquiry.head().query());
        if (authorization == null) {
            if (presigned) {
                return SignatureClaim.fromQuery(inquiry.head());
            }
            throw new RefusedException(Refusal.NOT_SIGNED, notSigned(inquiry.dialect()));
        }
        if (presigned) {
            throw new RefusedException(
                    Refusal.TWO_SIGNATURES,
                    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string"
                            + " parameter or the Authorization header should be specified");
        }
        if (!authorization.startsWith(SignatureClaim.ALGORITHM + " ")) {
            throw new RefusedException(
                    inquiry.dialect() == Dialect.V1 ? Refusal.NOT_SIGNED : Refusal.UNSUPPORTED_ALGORITHM,
                    inquiry.dialect() == Dialect.V1
                            ? notSigned(Dialect.V1)
                            : "The authorization mechanism you have provided is not supported. Please use"
                                    + " AWS4-HMAC-SHA256.");
        }
        return SignatureClaim.fromHeader(inquiry.head(), authorization);
    }

    private static String notSigned(Dialect dialect) {
        return switch (dialect) {
            case LAMBDA -> "Missing Authentication Token";
            case STS, LOGS -> "Request is missing Authentication Token";
            case S3 -> "Access Denied";
            case V1 ->
                "Sign the request with AWS Signature Version 4, or send the header"
                        + " \"Authorization: Bearer <key id>.<secret>\".";
        };
    }

    private Mono<Caller> signed(Inquiry inquiry, SignatureClaim claim, Credential credential) {
        try {
            @Nullable String hash = payloadHash(inquiry, claim);
            if (hash != null) {
                verifier.checkSignature(inquiry.head(), claim, hash, credential.secret());
                return Mono.just(new Caller(credential, payload(claim, hash, credential), null));
            }
            return bodies.read(inquiry.http().receive(), inquiry.contentLength(), limit(inquiry))
                    .onErrorMap(DigestRefused.class, DigestRefused::refused)
                    .flatMap(body -> signed(inquiry, claim, credential, body));
        } catch (RefusedException e) {
            return Mono.error(e);
        }
    }

    private Mono<Caller> signed(Inquiry inquiry, SignatureClaim claim, Credential credential, DigestedBody body) {
        try {
            verifier.checkSignature(inquiry.head(), claim, body.sha256(), credential.secret());
            return Mono.just(new Caller(credential, payload(claim, body.sha256(), credential), body));
        } catch (RefusedException e) {
            body.release().run();
            return Mono.error(e);
        }
    }

    /** What stands for the body in the canonical request; null when only the body can tell. */
    private static @Nullable String payloadHash(Inquiry inquiry, SignatureClaim claim) throws RefusedException {
        @Nullable String sent = inquiry.head().headers().get("x-amz-content-sha256");
        if (claim.service().equals("s3")) {
            if (claim.presigned() && (sent == null || !claim.signedHeaders().contains("x-amz-content-sha256"))) {
                return ContentHash.UNSIGNED;
            }
            if (sent == null) {
                throw new RefusedException(
                        Refusal.NO_CONTENT_HASH, "Missing required header for this request: x-amz-content-sha256");
            }
        } else if (sent == null) {
            return inquiry.hasBody() ? null : Hashing.EMPTY;
        }
        ContentHash.check(sent, claim.service().equals("s3"));
        return sent;
    }

    private static PayloadSignature payload(SignatureClaim claim, String hash, Credential credential) {
        boolean chunksSigned = hash.startsWith("STREAMING-AWS4-HMAC-SHA256");
        return new PayloadSignature(
                hash,
                chunksSigned
                        ? Base64.getEncoder().encodeToString(credential.secret().signingKey(claim))
                        : null,
                claim.signature(),
                claim.timestamp(),
                claim.scope());
    }

    private static long limit(Inquiry inquiry) {
        if (inquiry.dialect() != Dialect.LAMBDA) {
            return MAX_FORM_BYTES;
        }
        return Destination.of(Dialect.LAMBDA, inquiry.head().path()) == Destination.INVOKER
                ? MAX_INVOKE_BYTES
                : MAX_LAMBDA_BYTES;
    }

    private Mono<Caller> bearer(String token) {
        int dot = token.indexOf('.');
        if (dot <= 0) {
            return Mono.error(wrongBearer());
        }
        String id = token.substring(0, dot);
        String secret = token.substring(dot + 1);
        @Nullable Credential known = keys.known(id);
        return (known != null ? Mono.just(known) : keys.ask(id))
                .filter(credential -> credential.secret().matches(secret))
                .switchIfEmpty(Mono.error(Authenticator::wrongBearer))
                .map(credential -> new Caller(credential, UNSIGNED, null));
    }

    private static RefusedException wrongBearer() {
        return new RefusedException(
                Refusal.UNKNOWN_KEY,
                "There is no such access key. Send \"Authorization: Bearer <key id>.<secret>\" with an active key.");
    }

    private static RefusedException unknownKey(String accessKeyId) {
        return new RefusedException(
                Refusal.UNKNOWN_KEY,
                "The AWS access key id or security token included in the request is invalid: no such active key.",
                java.util.Map.of("AWSAccessKeyId", accessKeyId));
    }
}
