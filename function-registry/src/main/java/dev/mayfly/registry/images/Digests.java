package dev.mayfly.registry.images;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The one kind of digest that images are named by here. */
final class Digests {
    private Digests() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }
}
