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

    public Reason reason() {
        return reason;
    }
}
