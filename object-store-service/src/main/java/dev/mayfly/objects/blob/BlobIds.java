package dev.mayfly.objects.blob;

import java.security.SecureRandom;
import java.util.UUID;

/** Ids of blobs: UUID version 7, so that index pages fill in order. */
final class BlobIds {
    private static final SecureRandom RANDOM = new SecureRandom();

    private BlobIds() {}

    static UUID next() {
        long millis = System.currentTimeMillis();
        long high = (millis << 16) | 0x7000L | (RANDOM.nextInt() & 0x0FFFL);
        long low = (RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
