package dev.mayfly.gateway.door;

import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;

/** The values that {@code x-amz-content-sha256} may have. */
final class ContentHash {
    static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    private ContentHash() {}

    /** @param streaming whether the service takes bodies in signed or trailed chunks */
    static void check(String hash, boolean streaming) throws RefusedException {
        boolean good = isDigest(hash)
                || hash.equals(UNSIGNED)
                || streaming
                        && (hash.equals("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
                                || hash.equals("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
                                || hash.equals("STREAMING-UNSIGNED-PAYLOAD-TRAILER"));
        if (!good) {
            throw new RefusedException(
                    Refusal.BAD_CONTENT_HASH,
                    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER,"
                            + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a"
                            + " valid sha256 value.");
        }
    }

    private static boolean isDigest(String hash) {
        if (hash.length() != 64) {
            return false;
        }
        for (int i = 0; i < 64; i++) {
            if (Character.digit(hash.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }
}
