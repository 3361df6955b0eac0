package dev.mayfly.observability.queue;

import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Turns what a request about the queue failed with into {@code application/problem+json}. */
@RestControllerAdvice(basePackageClasses = QueueProblemAnswers.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class QueueProblemAnswers {
    private static final Logger log = LoggerFactory.getLogger(QueueProblemAnswers.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> problem(Problem problem, HttpServletRequest request) {
        return answer(problem.status(), String.valueOf(problem.getMessage()), request);
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<ProblemDetail> unavailable(RuntimeException e, HttpServletRequest request) {
        log.warn("The queue could not be read: {}", e.toString());
        return answer(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The queue cannot be shown at the moment. Nothing is lost; try again in a few seconds.",
                request);
    }

    private static ResponseEntity<ProblemDetail> answer(HttpStatus status, String detail, HttpServletRequest request) {
        ProblemDetail body = ProblemDetail.forStatusAndDetail(status, detail);
        body.setProperty("requestId", VoucherFilter.voucher(request).requestId());
        var answer = ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, "5");
        }
        return answer.body(body);
    }
}
