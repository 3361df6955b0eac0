package dev.mayfly.gateway.signature;

import dev.mayfly.contracts.identity.FormSignature;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A secret access key with the signing keys that were derived from it. Never printed. Thread-safe. */
public final class SigningSecret {
    /** A key signs for one region and a handful of services, on at most two dates at once. */
    private static final int MAX_DERIVED = 32;

    private final byte[] secret;
    private final Map<String, byte[]> derived = new ConcurrentHashMap<>();

    /** @param secret the secret access key's characters */
    public SigningSecret(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /** The signing key for {@code claim}'s scope. Callers check the scope first, which bounds what is kept. */
    public byte[] signingKey(SignatureClaim claim) {
        String scope = claim.date() + '/' + claim.region() + '/' + claim.service();
        byte[] known = derived.get(scope);
        if (known != null) {
            return known;
        }
        byte[] key = new FormSignature.Scope(claim.date(), claim.region(), claim.service()).signingKey(secret);
        if (derived.size() >= MAX_DERIVED) {
            derived.clear();
        }
        derived.put(scope, key);
        return key;
    }

    /** Whether {@code candidate} is the secret, in constant time. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(secret, candidate.getBytes(StandardCharsets.UTF_8));
    }

    /** Base64 of HMAC-SHA-1 over {@code wire}: Signature Version 2. */
    String legacySignature(String wire) {
        return Base64.getEncoder().encodeToString(Hashing.hmacSha1(secret, wire));
    }
}
