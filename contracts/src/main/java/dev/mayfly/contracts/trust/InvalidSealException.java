package dev.mayfly.contracts.trust;

/** A sealed text that this process must not believe. The message says why and never what it held. */
public final class InvalidSealException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidSealException(String message) {
        super(message);
    }
}
