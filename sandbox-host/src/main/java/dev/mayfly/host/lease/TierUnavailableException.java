package dev.mayfly.host.lease;

/** This host cannot run what it was asked to; another may. */
public final class TierUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean temporary;

    /** @param temporary whether the host is still finding out */
    TierUnavailableException(String message, boolean temporary) {
        super(message);
        this.temporary = temporary;
    }

    /** Whether this host may be able to in a while. */
    public boolean isTemporary() {
        return temporary;
    }
}
