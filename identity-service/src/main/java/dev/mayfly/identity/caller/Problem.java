package dev.mayfly.identity.caller;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** A request that is answered with RFC 9457 problem details. */
public class Problem extends ErrorResponseException {
    private static final long serialVersionUID = 1L;

    /** @param detail says what to do */
    public Problem(HttpStatus status, String detail) {
        super(status, ProblemDetail.forStatusAndDetail(status, detail), null);
    }
}
