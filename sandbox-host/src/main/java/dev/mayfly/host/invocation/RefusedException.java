package dev.mayfly.host.invocation;

import org.jspecify.annotations.Nullable;

/** An order that this host does not run: nothing was started, nothing is billed. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedException(int status, @Nullable String message) {
        super(message);
        this.status = status;
    }

    /** HTTP status: 404 unknown function, 429 no room, 503 tier or runtime not offered. */
    int status() {
        return status;
    }
}
