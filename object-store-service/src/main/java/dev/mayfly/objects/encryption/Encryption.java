package dev.mayfly.objects.encryption;

import org.jspecify.annotations.Nullable;

/**
 * How an object is encrypted, as it is kept with it.
 *
 * @param check by which a customer's key is known again: a salt and the HMAC of the two, from which it cannot be found; null for
 *     keys of the store
 */
public record Encryption(@Nullable String check) {
    /** With a key of the store, {@code AES256}. */
    public static final Encryption BY_STORE = new Encryption((String) null);

    public boolean needsCustomerKey() {
        return check != null;
    }
}
