package dev.mayfly.objects.volume;

import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Turns whatever a request of {@code /v1} failed with into {@code application/problem+json}. */
@RestControllerAdvice
class VolumeProblemAnswers {
    private static final Logger log = LoggerFactory.getLogger(VolumeProblemAnswers.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> problem(VolumeProblem problem, HttpServletRequest request) {
        return answer(problem.status(), String.valueOf(problem.getMessage()), request);
    }

    @ExceptionHandler({
        NoResourceFoundException.class,
        HttpRequestMethodNotSupportedException.class,
        ErrorResponseException.class
    })
    ResponseEntity<ProblemDetail> refused(Exception refused, HttpServletRequest request) {
        return answer(
                ((ErrorResponse) refused).getStatusCode(),
                "Nothing answers " + request.getMethod() + " " + request.getRequestURI() + ".",
                request);
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<ProblemDetail> unavailable(RuntimeException e, HttpServletRequest request) {
        log.warn("PostgreSQL did not answer: {}", e.toString());
        return answer(
                HttpStatus.SERVICE_UNAVAILABLE,
                "What is asked for cannot be had at the moment. Nothing is lost; try again in a few seconds.",
                request);
    }

    private static ResponseEntity<ProblemDetail> answer(
            HttpStatusCode status, String detail, HttpServletRequest request) {
        ProblemDetail body = ProblemDetail.forStatusAndDetail(status, detail);
        body.setProperty("requestId", VoucherFilter.voucher(request).requestId());
        var answer = ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, "5");
        }
        return answer.body(body);
    }
}
