package dev.mayfly.objects.encryption;

import dev.mayfly.objects.body.Hash;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A key that came with a request (SSE-C). It is used and forgotten: never stored, and never logged. */
final class CustomerKey {
    static final String PREFIX = "x-amz-server-side-encryption-customer-";
    static final String COPY_SOURCE_PREFIX = "x-amz-copy-source-server-side-encryption-customer-";
    private static final String ALGORITHM = "AES256";
    private static final int KEY_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] key;
    private final String md5;

    private CustomerKey(byte[] key, String md5) {
        this.key = key;
        this.md5 = md5;
    }

    /**
     * The key that the request brings, or null.
     *
     * @throws S3Exception InvalidArgument when it is not whole or not right
     */
    static @Nullable CustomerKey of(S3Request request, String prefix) {
        String algorithm = request.header(prefix + "algorithm");
        String text = request.header(prefix + "key");
        String md5 = request.header(prefix + "key-md5");
        if (algorithm == null && text == null && md5 == null) {
            return null;
        }
        if (algorithm == null) {
            throw invalid(
                    prefix + "algorithm",
                    "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.");
        }
        if (!algorithm.equals(ALGORITHM)) {
            throw new S3Exception(S3Error.INVALID_ENCRYPTION_ALGORITHM);
        }
        if (text == null) {
            throw invalid(
                    prefix + "key",
                    "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.");
        }
        if (md5 == null) {
            throw invalid(
                    prefix + "key-MD5",
                    "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.");
        }
        byte[] key = decoded(prefix + "key", text);
        if (key.length != KEY_BYTES) {
            throw invalid(prefix + "key", "The secret key was invalid for the specified algorithm.");
        }
        byte[] computed = Hash.messageDigest("MD5").digest(key);
        if (!MessageDigest.isEqual(computed, decoded(prefix + "key-MD5", md5))) {
            throw invalid(
                    prefix + "key-MD5", "The calculated MD5 hash of the key did not match the hash that was provided.");
        }
        return new CustomerKey(key, Base64.getEncoder().encodeToString(computed));
    }

    private static byte[] decoded(String name, String base64) {
        try {
            return Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            throw invalid(name, "The secret key was invalid for the specified algorithm.");
        }
    }

    /** Never with the value. */
    private static S3Exception invalid(String name, String message) {
        return S3Exception.invalidArgument(name, "null", message);
    }

    byte[] bytes() {
        return key;
    }

    /** Base64, for the answer. */
    String md5() {
        return md5;
    }

    /** What an object keeps to know this key again. */
    Encryption encryption() {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return new Encryption(check(salt));
    }

    boolean fits(Encryption encryption) {
        String check = encryption.check();
        if (check == null) {
            return false;
        }
        byte[] salt = Arrays.copyOf(Base64.getDecoder().decode(check), SALT_BYTES);
        return MessageDigest.isEqual(
                check(salt).getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                check.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private String check(byte[] salt) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            byte[] value = mac.doFinal(salt);
            byte[] all = Arrays.copyOf(salt, SALT_BYTES + value.length);
            System.arraycopy(value, 0, all, SALT_BYTES, value.length);
            return Base64.getEncoder().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no HMAC-SHA256", e);
        }
    }
}
