package dev.mayfly.objects.body;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.Checksum;

/** A digest or checksum over a stream. */
public interface Hash {
    void update(byte[] bytes, int offset, int length);

    /** The value over all so far, big-endian; ends this hash. */
    byte[] value();

    /** One of the digests that every Java runtime has. */
    static Hash digest(String algorithm) {
        MessageDigest digest = messageDigest(algorithm);
        return new Hash() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                digest.update(bytes, offset, length);
            }

            @Override
            public byte[] value() {
                return digest.digest();
            }
        };
    }

    /** A checksum of so many bytes. */
    static Hash checksum(Checksum checksum, int width) {
        return new Hash() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                checksum.update(bytes, offset, length);
            }

            @Override
            public byte[] value() {
                byte[] value = new byte[width];
                long left = checksum.getValue();
                for (int i = width - 1; i >= 0; i--) {
                    value[i] = (byte) left;
                    left >>>= 8;
                }
                return value;
            }
        };
    }

    static MessageDigest messageDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no " + algorithm, e);
        }
    }
}
