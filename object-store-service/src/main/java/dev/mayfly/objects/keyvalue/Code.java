package dev.mayfly.objects.keyvalue;

/** How an operation ended, as guests see it. Those that are missing here never come from this service. */
enum Code {
    OK(0),
    NO_SUCH_STORE(1),
    /** The value is no whole number, or the sum of 64 bits none. */
    NOT_A_NUMBER(3),
    NOT_FOUND(4),
    /** The value is another than was expected. */
    CHANGED(6),
    TOO_LARGE(7),
    OVER_QUOTA(8),
    INVALID(9);

    private final byte number;

    Code(int number) {
        this.number = (byte) number;
    }

    byte number() {
        return number;
    }

    /** Ends an operation, and undoes what it did. */
    RefusedException refused() {
        return new RefusedException(this);
    }

    /** An operation ended otherwise than well. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Code code;

        private RefusedException(Code code) {
            super(code.name(), null, false, false);
            this.code = code;
        }

        Code code() {
            return code;
        }
    }
}
