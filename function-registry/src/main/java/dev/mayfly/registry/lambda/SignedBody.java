package dev.mayfly.registry.lambda;

import dev.mayfly.contracts.trust.Voucher;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A request's body that is bounded and whose digest is known once it was read to its end. */
final class SignedBody extends FilterInputStream {
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    private final MessageDigest digest;
    private final long limit;
    private final Supplier<LambdaException> tooLarge;
    private long length;

    SignedBody(InputStream in, long limit, Supplier<LambdaException> tooLarge) {
        this(in, sha256(), limit, tooLarge);
    }

    private SignedBody(InputStream in, MessageDigest digest, long limit, Supplier<LambdaException> tooLarge) {
        super(new DigestInputStream(in, digest));
        this.digest = digest;
        this.limit = limit;
        this.tooLarge = tooLarge;
    }

    @Override
    public int read() throws IOException {
        int one = in.read();
        count(one < 0 ? 0 : 1);
        return one;
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
        int read = in.read(buffer, offset, wanted);
        count(Math.max(read, 0));
        return read;
    }

    @Override
    public long skip(long wanted) throws IOException {
        return readNBytes((int) Math.min(wanted, 8192)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /**
     * Reads what is left and compares.
     *
     * @throws LambdaException InvalidSignatureException when the client signed another body
     */
    void finish(Voucher.@Nullable PayloadSignature signed) throws IOException {
        transferTo(java.io.OutputStream.nullOutputStream());
        if (signed == null || signed.contentSha256().equals(UNSIGNED)) {
            return;
        }
        String actual = HexFormat.of().formatHex(digest.digest());
        if (!MessageDigest.isEqual(
                actual.getBytes(StandardCharsets.US_ASCII),
                signed.contentSha256().getBytes(StandardCharsets.US_ASCII))) {
            throw LambdaError.INVALID_SIGNATURE.with(
                    "The request signature we calculated does not match the signature you provided: the body's SHA-256 is "
                            + actual + ", signed was " + signed.contentSha256());
        }
    }

    private void count(int bytes) {
        length += bytes;
        if (length > limit) {
            throw tooLarge.get();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }
}
