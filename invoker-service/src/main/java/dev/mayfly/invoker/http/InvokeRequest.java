package dev.mayfly.invoker.http;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.dispatch.Arrival;
import dev.mayfly.invoker.functions.FunctionReference;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** The parameters of an Invoke request, all but its body. */
record InvokeRequest(
        FunctionReference function,
        Type type,
        boolean streaming,
        boolean tailLogs,
        @Nullable String clientContext,
        TraceHeader trace) {

    /** {@code X-Amz-Invocation-Type}. */
    enum Type {
        REQUEST_RESPONSE,
        EVENT,
        DRY_RUN
    }

    private static final Pattern PATH = Pattern.compile(
            "/2015-03-31/functions/(.+)/invocations" + "|/2021-11-15/functions/(.+)/response-streaming-invocations"
                    + "|/2014-11-13/functions/(.+)/invoke-async/?");
    private static final int CLIENT_CONTEXT_LIMIT = 3583;

    /**
     * @param traceparent the client's W3C trace context, or null
     * @throws LambdaException when a parameter is not as AWS documents it
     */
    static InvokeRequest of(HttpServletRequest request, @Nullable String traceparent) throws LambdaException {
        Matcher path = PATH.matcher(request.getRequestURI());
        if (!path.matches()) {
            throw new LambdaException(LambdaError.UNKNOWN_OPERATION, "Unknown Operation: " + request.getRequestURI());
        }
        boolean streaming = path.group(2) != null;
        boolean invokeAsync = path.group(3) != null;
        String named = streaming ? path.group(2) : invokeAsync ? path.group(3) : path.group(1);
        refuse(
                request,
                "X-Amz-Tenant-Id",
                "The invoked function is not enabled with tenant configuration. Remove the tenant ID from your request.");
        refuse(
                request,
                "X-Amz-Durable-Execution-Name",
                "The invoked function is not durable: Mayfly has no durable executions. Leave DurableExecutionName out.");
        return new InvokeRequest(
                function(request, named),
                invokeAsync ? Type.EVENT : type(request, streaming),
                streaming,
                tailLogs(request),
                clientContext(request),
                TraceHeader.of(request.getHeader(TraceHeader.NAME), traceparent));
    }

    private static FunctionReference function(HttpServletRequest request, String encoded) throws LambdaException {
        if (!request.getMethod().equals("POST")) {
            throw new LambdaException(LambdaError.METHOD_NOT_ALLOWED, "Invoke is a POST request");
        }
        String named = decoded(encoded);
        FunctionReference reference;
        try {
            reference = FunctionReference.parse(named);
        } catch (FunctionReference.MalformedException e) {
            throw new LambdaException(LambdaError.VALIDATION, String.valueOf(e.getMessage()));
        }
        String qualifier = qualifier(request.getQueryString());
        if (qualifier == null) {
            return reference;
        }
        if (!qualifier.matches("\\$LATEST|[a-zA-Z0-9-_]{1,128}")) {
            throw new LambdaException(
                    LambdaError.VALIDATION,
                    "1 validation error detected: Value '" + qualifier
                            + "' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression"
                            + " pattern: (|[a-zA-Z0-9$_-]+)");
        }
        if (reference.qualifier() != null && !reference.qualifier().equals(qualifier)) {
            throw new LambdaException(
                    LambdaError.INVALID_PARAMETER,
                    "The derived qualifier from the function name does not match the specified qualifier.");
        }
        return reference.qualifiedBy(qualifier);
    }

    /** Read by hand: {@code getParameter} would take a form body for parameters. */
    private static @Nullable String qualifier(@Nullable String query) throws LambdaException {
        if (query == null) {
            return null;
        }
        for (String pair : query.split("&", -1)) {
            if (pair.startsWith("Qualifier=")) {
                String value = decoded(pair.substring("Qualifier=".length()));
                return value.isEmpty() ? null : value;
            }
        }
        return null;
    }

    private static String decoded(String text) throws LambdaException {
        if (text.indexOf('%') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new LambdaException(LambdaError.VALIDATION, "The request target is not properly encoded");
        }
    }

    private static Type type(HttpServletRequest request, boolean streaming) throws LambdaException {
        String value = request.getHeader("X-Amz-Invocation-Type");
        return switch (value) {
            case null -> Type.REQUEST_RESPONSE;
            case "RequestResponse" -> Type.REQUEST_RESPONSE;
            case "DryRun" -> Type.DRY_RUN;
            case "Event" -> {
                if (streaming) {
                    throw invalid("invocationType", value, "[RequestResponse, DryRun]");
                }
                yield Type.EVENT;
            }
            default -> throw invalid("invocationType", value, "[Event, RequestResponse, DryRun]");
        };
    }

    private static boolean tailLogs(HttpServletRequest request) throws LambdaException {
        String value = request.getHeader("X-Amz-Log-Type");
        return switch (value) {
            case null -> false;
            case "None" -> false;
            case "Tail" -> true;
            default -> throw invalid("logType", value, "[Tail, None]");
        };
    }

    private static @Nullable String clientContext(HttpServletRequest request) throws LambdaException {
        String value = request.getHeader("X-Amz-Client-Context");
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (value.length() > CLIENT_CONTEXT_LIMIT) {
            throw new LambdaException(
                    LambdaError.INVALID_REQUEST_CONTENT,
                    "Client context must be at most " + CLIENT_CONTEXT_LIMIT + " bytes of Base64");
        }
        if (!isObject(value)) {
            throw new LambdaException(
                    LambdaError.INVALID_REQUEST_CONTENT, "Client context must be a valid Base64-encoded JSON object.");
        }
        return value;
    }

    private static boolean isObject(String base64) {
        try {
            return Json.mapper().readTree(Base64.getDecoder().decode(base64)).isObject();
        } catch (IllegalArgumentException | JacksonException e) {
            return false;
        }
    }

    /** What it would change must not be left out in silence. */
    private static void refuse(HttpServletRequest request, String header, String why) throws LambdaException {
        String value = request.getHeader(header);
        if (value != null && !value.isEmpty()) {
            throw new LambdaException(LambdaError.INVALID_PARAMETER, why);
        }
    }

    /** When it came, how long after the gateway had vouched for it, and the client's W3C trace context. */
    static Arrival arrival(HttpServletRequest request, Voucher voucher) {
        Instant now = Instant.now();
        long gateway = Duration.between(voucher.expiresAt().minus(Vouching.LIFETIME), now)
                        .toNanos()
                / 1_000;
        String sent = request.getHeader("traceparent");
        boolean usable = sent != null && TraceHeader.isTraceparent(sent);
        return new Arrival(now, Math.max(0, gateway), usable ? sent : null);
    }

    private static LambdaException invalid(String parameter, String value, String allowed) {
        return new LambdaException(
                LambdaError.VALIDATION,
                "1 validation error detected: Value '" + value + "' at '" + parameter
                        + "' failed to satisfy constraint: Member must satisfy enum value set: " + allowed);
    }
}
