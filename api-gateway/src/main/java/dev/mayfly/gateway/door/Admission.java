package dev.mayfly.gateway.door;

import dev.mayfly.gateway.body.DigestedBody;
import org.jspecify.annotations.Nullable;

/**
 * Leave to go through: what {@link Forward} needs of a request that was found good.
 *
 * @param target what to ask the service for, raw
 * @param voucher the sealed header
 * @param body the body where it had to be taken in first; null when it streams
 */
record Admission(
        Destination destination,
        String target,
        String voucher,
        @Nullable DigestedBody body) {
    static final String ATTRIBUTE = Admission.class.getName();

    /** Frees what holds the body. */
    void release() {
        if (body != null) {
            body.release().run();
        }
    }
}
