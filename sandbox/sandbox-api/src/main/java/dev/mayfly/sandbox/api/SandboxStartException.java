package dev.mayfly.sandbox.api;

import org.jspecify.annotations.Nullable;

/** A sandbox could not be started. */
public final class SandboxStartException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Whose fault it is, and so who sees what. */
    public enum Cause {
        /** The function's: its caller gets {@link #errorType} and the message as a function error. */
        FUNCTION,
        /** The platform's: the caller gets a service error, is not billed, and may try again. */
        PLATFORM
    }

    private final Cause origin;
    private final String errorType;
    private final long initNanos;

    private SandboxStartException(
            Cause origin, String errorType, String message, long initNanos, @Nullable Throwable cause) {
        super(message, cause);
        this.origin = origin;
        this.errorType = errorType;
        this.initNanos = initNanos;
    }

    /**
     * The function could not be initialised.
     *
     * @param errorType as Lambda names it: {@code Runtime.ImportModuleError}, {@code Runtime.HandlerNotFound},
     *     {@code Runtime.UserCodeSyntaxError}, {@code Runtime.ExitError}, {@code Sandbox.Timedout}, ...
     * @param initNanos how long it took to find out; billed
     */
    public static SandboxStartException function(String errorType, String message, long initNanos) {
        return new SandboxStartException(Cause.FUNCTION, errorType, message, initNanos, null);
    }

    /** The platform failed. */
    public static SandboxStartException platform(String message, @Nullable Throwable cause) {
        return new SandboxStartException(Cause.PLATFORM, "Sandbox.Failed", message, 0, cause);
    }

    public Cause origin() {
        return origin;
    }

    public String errorType() {
        return errorType;
    }

    public long initNanos() {
        return initNanos;
    }
}
