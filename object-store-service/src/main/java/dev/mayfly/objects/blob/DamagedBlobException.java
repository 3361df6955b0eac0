package dev.mayfly.objects.blob;

import java.io.IOException;
import java.util.UUID;

/** The bytes of a blob are not those that were written. */
public final class DamagedBlobException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedBlobException(UUID id, String damage) {
        super("The blob " + id + " is damaged: " + damage);
    }
}
