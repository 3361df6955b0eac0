package dev.mayfly.sandbox.wasm.engine;

/** A module that can never run here, with the error type as Lambda names it. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String errorType;

    RefusedException(String errorType, String message) {
        super(message);
        this.errorType = errorType;
    }

    String errorType() {
        return errorType;
    }
}
