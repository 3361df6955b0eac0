package dev.mayfly.host.lease;

/** All memory for sandboxes is promised to busy ones; later, or elsewhere, there may be room. */
public final class NoRoomException extends Exception {
    private static final long serialVersionUID = 1L;

    NoRoomException(String message) {
        super(message);
    }
}
