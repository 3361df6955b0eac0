package dev.mayfly.objects.volume;

import org.springframework.http.HttpStatus;

/** Why a request is not answered, in words that say what to do. Becomes problem details (RFC 9457). */
final class VolumeProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final HttpStatus status;

    VolumeProblem(HttpStatus status, String detail) {
        super(detail);
        this.status = status;
    }

    HttpStatus status() {
        return status;
    }
}
