package dev.mayfly.observability.queue;

import org.springframework.http.HttpStatus;

/** Why a request is not answered, in words that say what to do. Becomes problem details (RFC 9457). */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final HttpStatus status;

    Problem(HttpStatus status, String detail) {
        super(detail);
        this.status = status;
    }

    static Problem badRequest(String detail) {
        return new Problem(HttpStatus.BAD_REQUEST, detail);
    }

    static Problem notFound(String detail) {
        return new Problem(HttpStatus.NOT_FOUND, detail);
    }

    static Problem conflict(String detail) {
        return new Problem(HttpStatus.CONFLICT, detail);
    }

    static Problem unavailable(String detail) {
        return new Problem(HttpStatus.SERVICE_UNAVAILABLE, detail);
    }

    HttpStatus status() {
        return status;
    }
}
