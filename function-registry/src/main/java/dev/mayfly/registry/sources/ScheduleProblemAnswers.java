package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.lambda.LambdaException;
import java.util.LinkedHashMap;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Problem details (RFC 9457) for schedules: an API of Mayfly's own. */
@RestControllerAdvice(assignableTypes = SchedulesController.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class ScheduleProblemAnswers {

    @ExceptionHandler
    ResponseEntity<byte[]> problem(ScheduleProblem problem) {
        return answer(problem.status(), String.valueOf(problem.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<byte[]> lambda(LambdaException failure) {
        return answer(failure.error().status(), failure.getMessage());
    }

    private static ResponseEntity<byte[]> answer(int status, String detail) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", "about:blank");
        body.put("title", HttpStatus.valueOf(status).getReasonPhrase());
        body.put("status", status);
        body.put("detail", detail);
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(Json.bytes(body));
    }
}
