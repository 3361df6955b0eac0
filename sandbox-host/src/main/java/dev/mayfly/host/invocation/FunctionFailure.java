package dev.mayfly.host.invocation;

import dev.mayfly.contracts.events.Json;
import java.util.LinkedHashMap;
import java.util.Locale;

/** Lambda's error objects for what the function itself could not report. */
final class FunctionFailure {
    private FunctionFailure() {}

    static byte[] timedOut(String requestId, int timeoutSeconds) {
        return of(
                "Sandbox.Timedout", requestId, String.format(Locale.ROOT, "Task timed out after %.2f seconds", (double)
                        timeoutSeconds));
    }

    static byte[] of(String errorType, String requestId, String message) {
        var error = new LinkedHashMap<String, Object>();
        error.put("errorType", errorType);
        boolean named = message.startsWith("RequestId:");
        boolean runtimes = errorType.startsWith("Runtime.Import")
                || errorType.startsWith("Runtime.Handler")
                || errorType.startsWith("Runtime.UserCode")
                || errorType.startsWith("Runtime.Malformed");
        error.put("errorMessage", named || runtimes ? message : "RequestId: " + requestId + " Error: " + message);
        return Json.bytes(error);
    }
}
