package dev.mayfly.host.code;

import java.io.IOException;

/** What was deployed can never run, whatever host tries it. */
public final class InvalidCodeException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why, as the Lambda API names the reason of a function's state. */
    public enum Reason {
        ZIP("InvalidZipFileException"),
        IMAGE("InvalidImage");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }
    }

    private final Reason reason;

    InvalidCodeException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static InvalidCodeException zip(String message) {
        return new InvalidCodeException(Reason.ZIP, message);
    }

    static InvalidCodeException image(String message) {
        return new InvalidCodeException(Reason.IMAGE, message);
    }

    /** For what unpacking an image ran into: the image's fault, unless the machine's disk is full. */
    static IOException because(String what, Exception failure) {
        if (failure instanceof InvalidCodeException invalid) {
            return invalid;
        }
        boolean full = String.valueOf(failure.getMessage()).contains("No space left");
        return full ? new IOException(what + failure.getMessage(), failure) : image(what + failure.getMessage());
    }

    public Reason reason() {
        return reason;
    }
}
