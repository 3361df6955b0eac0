package dev.mayfly.registry.lambda;

/** A request that is answered with a {@link LambdaError}. The message is for the caller. */
public final class LambdaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final LambdaError error;

    LambdaException(LambdaError error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    public LambdaError error() {
        return error;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
