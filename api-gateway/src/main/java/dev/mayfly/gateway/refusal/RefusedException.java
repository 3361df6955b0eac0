package dev.mayfly.gateway.refusal;

import java.util.Map;

/** The request is answered here and goes no further. Carries no stack trace: it is an answer, not a fault. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;
    private final transient Map<String, String> details;

    public RefusedException(Refusal refusal, String message) {
        this(refusal, message, Map.of());
    }

    /** @param details further elements of S3's XML error, in order */
    public RefusedException(Refusal refusal, String message, Map<String, String> details) {
        super(message, null, false, false);
        this.refusal = refusal;
        this.details = details;
    }

    public Refusal refusal() {
        return refusal;
    }

    Map<String, String> details() {
        return details == null ? Map.of() : details;
    }

    String explanation() {
        return String.valueOf(getMessage());
    }
}
