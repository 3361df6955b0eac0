package dev.mayfly.invoker.http;

import dev.mayfly.contracts.events.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** A request that ends with an error in AWS's shape. */
final class LambdaException extends Exception {
    private static final long serialVersionUID = 1L;

    private final LambdaError error;
    private final @Nullable String reason;

    LambdaException(LambdaError error, String message) {
        this(error, message, null);
    }

    /** @param reason the member {@code Reason} of throttling errors, or null */
    LambdaException(LambdaError error, String message, @Nullable String reason) {
        super(message, null, false, false);
        this.error = error;
        this.reason = reason;
    }

    LambdaError error() {
        return error;
    }

    void write(HttpServletResponse response) throws IOException {
        var body = new LinkedHashMap<String, @Nullable String>();
        if (reason != null) {
            body.put("Reason", reason);
        }
        body.put("Type", error.fault());
        body.put("message", getMessage());
        body.put("Message", getMessage());
        byte[] json = Json.bytes(body);
        response.reset();
        response.setStatus(error.status());
        response.setHeader("x-amzn-ErrorType", error.type());
        if (error == LambdaError.TOO_MANY_REQUESTS) {
            response.setHeader("Retry-After", "1");
        }
        response.setContentType("application/json");
        response.setContentLength(json.length);
        response.getOutputStream().write(json);
    }
}
