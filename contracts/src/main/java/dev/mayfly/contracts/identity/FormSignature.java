package dev.mayfly.contracts.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The signature of an upload form's policy.
 *
 * @param text what is signed: the policy as the form holds it
 * @param scope of Signature Version 4; null for Version 2
 * @param signature hex, or Base64 for Version 2
 */
public record FormSignature(
        String accessKeyId, String text, @Nullable Scope scope, String signature) {
    /** What a signing key of Version 4 is good for. */
    public record Scope(String date, String region, String service) {
        /** The key that {@code secret} gives for it, as Signature Version 4 derives it. */
        public byte[] signingKey(byte[] secret) {
            byte[] first = Arrays.copyOf(bytes("AWS4"), 4 + secret.length);
            System.arraycopy(secret, 0, first, 4, secret.length);
            byte[] key = first;
            for (String part : new String[] {date, region, service, "aws4_request"}) {
                key = hmac("HmacSHA256", key, part);
            }
            return key;
        }
    }

    /** Whose key it is. */
    public record Signer(String accountId, Role role) {}

    /** Whether the holder of {@code secret} made it. */
    public boolean isBy(String secret) {
        if (scope == null) {
            byte[] expected = Base64.getEncoder().encode(hmac("HmacSHA1", bytes(secret), text));
            return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.ISO_8859_1));
        }
        byte[] claimed = signature.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1);
        byte[] key = scope.signingKey(bytes(secret));
        return MessageDigest.isEqual(bytes(HexFormat.of().formatHex(hmac("HmacSHA256", key, text))), claimed);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] hmac(String algorithm, byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(bytes(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
