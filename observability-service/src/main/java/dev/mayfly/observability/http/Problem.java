package dev.mayfly.observability.http;

import org.springframework.http.HttpStatus;

/** Why a request is not answered, in words that say what to do. Becomes problem details (RFC 9457). */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final HttpStatus status;

    public Problem(HttpStatus status, String detail) {
        super(detail);
        this.status = status;
    }

    public static Problem badRequest(String detail) {
        return new Problem(HttpStatus.BAD_REQUEST, detail);
    }

    HttpStatus status() {
        return status;
    }
}
