package dev.mayfly.host.volume;

/** A volume cannot be mounted, for a reason that the function's owner can do something about. */
public final class VolumeException extends Exception {
    private static final long serialVersionUID = 1L;

    VolumeException(String message) {
        super(message);
    }
}
