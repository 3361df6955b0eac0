package dev.mayfly.objects.blob;

import java.security.GeneralSecurityException;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The key of the bytes of one blob or one row. Blocks are sealed one by one with AES-256-GCM, so that any can be opened alone;
 * a block's nonce is its number, since nothing else has this key. Not thread-safe.
 */
public final class DataKey {
    private static final int TAG_BYTES = 16;

    /** What a block holds: sealed, it is as long as one that is not. */
    static final int PLAIN_BYTES = BlockSums.BLOCK_BYTES - TAG_BYTES;

    private static final int NONCE_BYTES = 12;

    private final SecretKeySpec key;
    private final String sealed;
    private final @Nullable String account;
    private final Cipher cipher;

    /**
     * @param key 32 bytes
     * @param sealed the key as it may be kept
     * @param account whose key sealed it; null for a customer's own
     */
    DataKey(byte[] key, String sealed, @Nullable String account) {
        this.key = new SecretKeySpec(key, "AES");
        this.sealed = sealed;
        this.account = account;
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no AES-GCM", e);
        }
    }

    String sealed() {
        return sealed;
    }

    @Nullable
    String account() {
        return account;
    }

    /** How many plain bytes a sealed blob of {@code stored} bytes holds. */
    static long plainSize(long stored) {
        long blocks = (stored + BlockSums.BLOCK_BYTES - 1) / BlockSums.BLOCK_BYTES;
        return stored - blocks * TAG_BYTES;
    }

    byte[] seal(long block, byte[] plain, int length) {
        try {
            init(Cipher.ENCRYPT_MODE, block);
            return cipher.doFinal(plain, 0, length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A block could not be sealed", e);
        }
    }

    /** @throws DamagedBlobException when it is not what was sealed */
    byte[] open(UUID blob, long block, byte[] bytes, int offset, int length) throws DamagedBlobException {
        try {
            init(Cipher.DECRYPT_MODE, block);
            return cipher.doFinal(bytes, offset, length);
        } catch (GeneralSecurityException e) {
            throw new DamagedBlobException(blob, "block " + block + " is not what was encrypted");
        }
    }

    private void init(int mode, long block) throws GeneralSecurityException {
        byte[] nonce = new byte[NONCE_BYTES];
        for (int i = NONCE_BYTES - 1; i >= NONCE_BYTES - Long.BYTES; i--) {
            nonce[i] = (byte) (block >>> (NONCE_BYTES - 1 - i) * Byte.SIZE);
        }
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
    }
}
