package dev.mayfly.registry.lambda;

import jakarta.servlet.http.HttpServletRequest;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Turns whatever goes wrong into an error of the Lambda API. */
@RestControllerAdvice
class LambdaErrorAnswers {
    private static final Logger log = LoggerFactory.getLogger(LambdaErrorAnswers.class);
    private static final String NO_TEXT = "22021";

    @ExceptionHandler
    ResponseEntity<byte[]> known(LambdaException failure) {
        return LambdaJson.answer(failure.error(), failure.getMessage());
    }

    @ExceptionHandler({
        NoResourceFoundException.class,
        NoHandlerFoundException.class,
        HttpRequestMethodNotSupportedException.class
    })
    ResponseEntity<byte[]> unknownOperation(HttpServletRequest request) {
        String asked = request.getMethod() + " " + request.getRequestURI();
        Optional<LambdaOperation> known = LambdaOperation.of(request.getMethod(), request.getRequestURI());
        if (known.isPresent() && known.get().support() instanceof Support.Refused refused) {
            return LambdaJson.answer(refused.error(), known.get().operation() + ": " + refused.message());
        }
        return LambdaJson.answer(
                LambdaError.UNKNOWN_OPERATION,
                known.map(operation -> operation.operation() + " is not offered by Mayfly yet.")
                        .orElse(asked + " is no Lambda operation that Mayfly offers."));
    }

    @ExceptionHandler
    ResponseEntity<byte[]> lostRace(OptimisticLockingFailureException failure) {
        return LambdaJson.answer(
                LambdaError.RESOURCE_CONFLICT,
                "The operation cannot be performed at this time. Another change of the same function was made meanwhile;"
                        + " read the function again and retry.");
    }

    /** PostgreSQL keeps no text that holds the character U+0000, wherever in a request it stood. */
    @ExceptionHandler
    ResponseEntity<byte[]> unstorable(DataIntegrityViolationException failure, HttpServletRequest request) {
        if (failure.getMostSpecificCause() instanceof SQLException cause && NO_TEXT.equals(cause.getSQLState())) {
            return LambdaJson.answer(
                    LambdaError.INVALID_PARAMETER_VALUE, "The request holds a text with the character U+0000.");
        }
        return unforeseen(failure, request);
    }

    @ExceptionHandler
    ResponseEntity<byte[]> unforeseen(Exception failure, HttpServletRequest request) {
        log.error("{} {} failed", request.getMethod(), request.getRequestURI(), failure);
        return LambdaJson.answer(LambdaError.SERVICE, "The function registry failed to serve the request.");
    }
}
