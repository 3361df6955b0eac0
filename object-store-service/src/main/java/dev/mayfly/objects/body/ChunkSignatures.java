package dev.mayfly.objects.body;

import dev.mayfly.contracts.trust.Voucher.PayloadSignature;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The chain of signatures over the chunks of one body: each covers the one before. */
final class ChunkSignatures {
    private static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final Mac mac;
    private final String timestamp;
    private final String scope;
    private String previous;

    ChunkSignatures(PayloadSignature signature) {
        this.mac = mac(Base64.getDecoder().decode(required(signature.signingKey())));
        this.timestamp = required(signature.timestamp());
        this.scope = required(signature.scope());
        this.previous = required(signature.seedSignature());
    }

    /** @throws S3Exception SignatureDoesNotMatch */
    void verifyChunk(byte[] sha256, String signature) {
        verify(
                "AWS4-HMAC-SHA256-PAYLOAD\n" + timestamp + "\n" + scope + "\n" + previous + "\n" + EMPTY_SHA256 + "\n"
                        + HexFormat.of().formatHex(sha256),
                signature);
    }

    /** @param trailers {@code name:value\n} each */
    void verifyTrailers(String trailers, String signature) {
        byte[] digest = Hash.messageDigest("SHA-256").digest(trailers.getBytes(StandardCharsets.UTF_8));
        verify(
                "AWS4-HMAC-SHA256-TRAILER\n" + timestamp + "\n" + scope + "\n" + previous + "\n"
                        + HexFormat.of().formatHex(digest),
                signature);
    }

    private void verify(String toSign, String signature) {
        String expected = HexFormat.of().formatHex(mac.doFinal(toSign.getBytes(StandardCharsets.UTF_8)));
        if (!MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), signature.getBytes(StandardCharsets.US_ASCII))) {
            throw new S3Exception(S3Error.SIGNATURE_DOES_NOT_MATCH);
        }
        previous = expected;
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("This Java runtime has no HmacSHA256", e);
        }
    }

    private static String required(@Nullable String value) {
        if (value == null) {
            throw new IllegalStateException("The gateway vouched for a chunked body without what verifies its chunks");
        }
        return value;
    }
}
