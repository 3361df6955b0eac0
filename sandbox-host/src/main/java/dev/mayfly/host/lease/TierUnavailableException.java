package dev.mayfly.host.lease;

/** This host cannot run what it was asked to; another may. */
public final class TierUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    TierUnavailableException(String message) {
        super(message);
    }
}
