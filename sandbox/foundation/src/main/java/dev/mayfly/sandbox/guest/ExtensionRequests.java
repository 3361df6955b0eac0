package dev.mayfly.sandbox.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Extensions API and the Telemetry API over HTTP: paths, headers and bodies as Lambda documents them. */
final class ExtensionRequests {
    /** The largest body of a request, in bytes. */
    static final int MAX_BODY = 64 * 1024;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String BASE = "/2020-01-01/extension/";
    private static final String IDENTIFIER = "lambda-extension-identifier";
    private static final String ERROR_TYPE = "lambda-extension-function-error-type";
    private static final int LONGEST_NAME = 128;

    /** What is answered. */
    record Reply(
            int status,
            String headers,
            byte[] body,
            @Nullable Runnable whenLost) {
        Reply(int status, String headers, byte[] body) {
            this(status, headers, body, null);
        }
    }

    private final Extensions extensions;

    ExtensionRequests(Extensions extensions) {
        this.extensions = extensions;
    }

    /** Whether the path is one of these APIs'. */
    static boolean isOne(String path) {
        return path.startsWith(BASE) || Telemetry.isPath(path);
    }

    /** Answers; null when there is no such path or method. */
    @Nullable
    Reply answer(HttpRequest request, byte[] body) throws IOException, InterruptedException {
        try {
            String path = request.path();
            if (Telemetry.isPath(path)) {
                return request.method().equals("PUT") ? subscribe(request, body) : null;
            }
            return switch (request.method() + " " + path.substring(BASE.length())) {
                case "POST register" -> register(request, body);
                case "GET event/next" -> next(identifier(request));
                case "POST init/error", "POST exit/error" -> fail(request, body);
                default -> null;
            };
        } catch (Extensions.RefusedException e) {
            return new Reply(e.status(), "", e.error().bytes());
        }
    }

    private static String identifier(HttpRequest request) throws Extensions.RefusedException {
        String id = request.header(IDENTIFIER);
        if (id.isEmpty()) {
            throw new Extensions.RefusedException(
                    "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");
        }
        try {
            return UUID.fromString(id).toString();
        } catch (IllegalArgumentException e) {
            throw new Extensions.RefusedException(
                    "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
        }
    }

    private Reply register(HttpRequest request, byte[] body) throws Extensions.RefusedException {
        String name = request.header("lambda-extension-name");
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw new Extensions.RefusedException(
                    "Extension.InvalidExtensionName",
                    name.isEmpty() ? "Empty extension name" : "The extension's name is too long");
        }
        List<String> events = new ArrayList<>();
        JsonNode named = parse(body).path("events");
        if (!named.isArray() && !named.isMissingNode()) {
            throw new Extensions.RefusedException("InvalidRequestFormat", "events must be a list");
        }
        for (JsonNode each : named) {
            events.add(each.isString() ? each.stringValue() : each.toString());
        }
        String id = extensions.guestRegisters(name, events);
        Extensions.Function function = extensions.function();
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("functionName", function.name());
        answer.put("functionVersion", function.version());
        answer.put("handler", function.handler());
        if (request.header("lambda-extension-accept-feature").contains("accountId") && function.accountId() != null) {
            answer.put("accountId", function.accountId());
        }
        return new Reply(200, "Lambda-Extension-Identifier: " + id + "\r\n", JSON.writeValueAsBytes(answer));
    }

    static JsonNode parse(byte[] body) throws Extensions.RefusedException {
        try {
            JsonNode json = JSON.readTree(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JacksonException e) {
            throw new Extensions.RefusedException("InvalidRequestFormat", "The body is not JSON");
        }
        throw new Extensions.RefusedException("InvalidRequestFormat", "The body must be a JSON object");
    }

    private Reply next(String id) throws Extensions.RefusedException, IOException, InterruptedException {
        byte[] event = extensions.guestNext(id);
        return new Reply(
                200,
                "Lambda-Extension-Event-Identifier: " + UUID.randomUUID() + "\r\n",
                event,
                () -> extensions.guestMissed(id, event));
    }

    private Reply fail(HttpRequest request, byte[] body) throws Extensions.RefusedException {
        String id = identifier(request);
        String type = request.header(ERROR_TYPE);
        if (type.isEmpty()) {
            throw new Extensions.RefusedException(
                    "Extension.MissingHeader", "Missing Lambda-Extension-Function-Error-Type header");
        }
        extensions.guestFails(id, type, ErrorJson.parse(body).errorMessage());
        return new Reply(202, "", "{\"status\":\"OK\"}".getBytes(StandardCharsets.US_ASCII));
    }

    private Reply subscribe(HttpRequest request, byte[] body) throws Extensions.RefusedException {
        String name = extensions.guestNamed(identifier(request));
        if (!extensions.telemetry().subscribe(request.path(), name, parse(body))) {
            var error = new ErrorJson("Telemetry.NotSupported", "Telemetry is not supported here");
            return new Reply(202, "", error.bytes());
        }
        return new Reply(200, "", "\"OK\"".getBytes(StandardCharsets.US_ASCII));
    }
}
