package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.InvocationRequest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One of the guest's connections to its Runtime API. */
final class HttpConnection {
    private static final String RUNTIME = "/2018-06-01/runtime/";
    private static final Pattern ANSWER = Pattern.compile("invocation/([^/]*)/(response|error)");
    private static final int PIECE = 64 * 1024;
    private static final GuestLink.Answer TRUNCATED = new GuestLink.Answer.Failure(
            new ErrorJson("Runtime.TruncatedResponse", "The runtime broke off its response").bytes(), false);
    private static final String WRONG_STATE = "InvalidStateTransition";
    private static final String NOT_ALLOWED = "State transition is not allowed";
    /** Of a request that was refused before it was read, in bytes. */
    private static final int MAX_UNREAD = 4 * HttpLink.MAX_BODY;

    private static final byte[] OK = "{\"status\":\"OK\"}".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;
    private final @Nullable HttpLink link;
    private final @Nullable ExtensionRequests extensions;
    private final Semaphore bodies;
    private boolean refused;

    HttpConnection(SocketChannel channel, @Nullable HttpLink link, @Nullable Extensions extensions, Semaphore bodies) {
        this.channel = channel;
        this.in = new BufferedInputStream(Channels.newInputStream(channel));
        this.out = Channels.newOutputStream(channel);
        this.link = link;
        this.extensions = extensions == null ? null : new ExtensionRequests(extensions);
        this.bodies = bodies;
    }

    void serve() throws IOException, InterruptedException {
        boolean goOn = true;
        while (goOn) {
            try {
                HttpRequest request = HttpRequest.readHead(in);
                goOn = request != null && dispatch(request) && request.keepsConnection();
            } catch (HttpRequest.BadRequestException e) {
                goOn = refuseAndEnd(e.status(), "BadRequest", String.valueOf(e.getMessage()));
            }
        }
        if (refused) {
            channel.shutdownOutput();
            readPast(MAX_UNREAD);
        }
    }

    /** What a guest still sends is read, as closing before would keep it from reading why it was refused. */
    private void readPast(int limit) throws IOException {
        byte[] buffer = new byte[PIECE];
        int left = limit;
        for (int read = 0; read >= 0 && left > 0; left -= read) {
            read = in.read(buffer, 0, Math.min(buffer.length, left));
        }
    }

    /** Whether another request can follow. */
    private boolean dispatch(HttpRequest request) throws IOException, InterruptedException {
        if (extensions != null && ExtensionRequests.isOne(request.path())) {
            return serveExtension(extensions, request);
        }
        if (link != null && request.path().startsWith(RUNTIME)) {
            return serveRuntime(link, request, request.path().substring(RUNTIME.length()));
        }
        return unknownPath(request);
    }

    private boolean serveRuntime(HttpLink link, HttpRequest request, String path)
            throws IOException, InterruptedException {
        switch (path) {
            case "invocation/next" -> {
                return request.method().equals("GET") ? next(link, request) : wrongMethod(request);
            }
            case "init/error", "restore/error" -> {
                return request.method().equals("POST") ? initError(link, request) : wrongMethod(request);
            }
            case "restore/next" -> {
                return request.method().equals("GET") ? restoreNext(link, request) : wrongMethod(request);
            }
            default -> {
                Matcher matcher = ANSWER.matcher(path);
                if (!matcher.matches()) {
                    return unknownPath(request);
                }
                return request.method().equals("POST")
                        ? answer(
                                link,
                                request,
                                matcher.group(1),
                                matcher.group(2).equals("error"))
                        : wrongMethod(request);
            }
        }
    }

    private boolean serveExtension(ExtensionRequests extensions, HttpRequest request)
            throws IOException, InterruptedException {
        byte[] body;
        bodies.acquire();
        try {
            expectContinue(request);
            body = request.readBody(in, ExtensionRequests.MAX_BODY, new HashMap<>());
        } catch (HttpRequest.BodyTooLargeException e) {
            return refuseAndEnd(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size");
        } finally {
            bodies.release();
        }
        ExtensionRequests.Reply reply = extensions.answer(request, body);
        if (reply == null) {
            return unknownPath(request);
        }
        try {
            respond(reply.status(), reply.headers(), reply.body());
        } catch (IOException e) {
            if (reply.whenLost() != null) {
                reply.whenLost().run();
            }
            throw e;
        }
        return true;
    }

    private boolean unknownPath(HttpRequest request) throws IOException {
        return refuseUnread(request, 404, "NotFound", "There is no such path in the Runtime API");
    }

    /** Answers the guest that it was restored, then serves it. */
    void restore() throws IOException, InterruptedException {
        respond(200, "", new byte[0]);
        serve();
    }

    /** A guest that nobody takes a snapshot of goes on at once, as after a restore. */
    private boolean restoreNext(HttpLink link, HttpRequest request) throws IOException, InterruptedException {
        request.readBody(in, 0, new HashMap<>());
        if (link.guestAwaitsRestore()) {
            respond(200, "", new byte[0]);
        } else {
            wrongState();
        }
        return true;
    }

    private boolean wrongMethod(HttpRequest request) throws IOException {
        return refuseUnread(request, 405, "MethodNotAllowed", "The Runtime API does not take that method here");
    }

    private boolean next(HttpLink link, HttpRequest request) throws IOException, InterruptedException {
        request.readBody(in, 0, new HashMap<>());
        HttpLink.Event event = link.guestNext();
        if (event == null) {
            wrongState();
            return true;
        }
        try {
            respond(200, headers(event), event.request().payload());
        } catch (IOException e) {
            link.guestMissed(event);
            throw e;
        }
        return true;
    }

    private static String headers(HttpLink.Event event) {
        InvocationRequest request = event.request();
        StringBuilder headers = new StringBuilder(256);
        add(headers, "Lambda-Runtime-Aws-Request-Id", request.requestId());
        add(headers, "Lambda-Runtime-Deadline-Ms", Long.toString(event.deadlineMillis()));
        add(headers, "Lambda-Runtime-Invoked-Function-Arn", request.functionArn());
        add(headers, "Lambda-Runtime-Trace-Id", request.traceId());
        add(headers, "Lambda-Runtime-Client-Context", clientContext(request.clientContext()));
        return headers.toString();
    }

    private static @Nullable String clientContext(@Nullable String base64) {
        if (base64 == null) {
            return null;
        }
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void add(StringBuilder headers, String name, @Nullable String value) {
        if (value != null && value.chars().noneMatch(c -> c < ' ' || c == 0x7f)) {
            headers.append(name).append(": ").append(value).append("\r\n");
        }
    }

    private boolean answer(HttpLink link, HttpRequest request, String id, boolean error)
            throws IOException, InterruptedException {
        switch (link.guestMayAnswer(id)) {
            case WRONG_ID -> {
                return refuseUnread(request, 400, "InvalidRequestID", "Invalid request ID");
            }
            case WRONG_STATE -> {
                return refuseUnread(request, 403, WRONG_STATE, NOT_ALLOWED);
            }
            case ACCEPTED -> {
                String mode = request.header("lambda-runtime-function-response-mode");
                if (error || mode.isEmpty()) {
                    return acceptAnswer(link, request, id, error);
                }
                if (!mode.equalsIgnoreCase("streaming")) {
                    return refuseUnread(request, 400, "InvalidFunctionResponseMode", "Invalid function response mode");
                }
                return acceptStream(link, request, id);
            }
        }
        return false;
    }

    private boolean acceptStream(HttpLink link, HttpRequest request, String id)
            throws IOException, InterruptedException {
        HttpBody body = HttpBody.of(request, in, Long.MAX_VALUE / 2);
        if (link.guestStreams(id, request.header("content-type")) != HttpLink.Verdict.ACCEPTED) {
            return refuseUnread(request, 403, WRONG_STATE, NOT_ALLOWED);
        }
        boolean whole = false;
        try {
            expectContinue(request);
            byte[] buffer = new byte[PIECE];
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                if (!link.guestWrites(ByteBuffer.wrap(buffer, 0, read))) {
                    return refuseAndEnd(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size");
                }
            }
            whole = true;
        } finally {
            link.guestEndsStream(whole ? midstreamFailure(body.trailers()) : TRUNCATED);
        }
        respond(202, "", OK);
        return true;
    }

    private static GuestLink.@Nullable Answer midstreamFailure(Map<String, String> trailers) {
        String type = trailers.get("lambda-runtime-function-error-type");
        return type == null ? null : new GuestLink.Answer.Failure(midstreamError(type, trailers), false);
    }

    private boolean acceptAnswer(HttpLink link, HttpRequest request, String id, boolean error)
            throws IOException, InterruptedException {
        Map<String, String> trailers = new HashMap<>();
        byte[] body;
        bodies.acquire();
        try {
            expectContinue(request);
            body = request.readBody(in, HttpLink.MAX_BODY, trailers);
        } catch (HttpRequest.BodyTooLargeException e) {
            boolean more = refuseAndEnd(
                    413,
                    "RequestEntityTooLarge",
                    "Exceeded maximum allowed payload size (" + HttpLink.MAX_BODY + " bytes).");
            link.guestAnswers(
                    id,
                    new GuestLink.Answer.Failure(
                            ErrorJson.responseTooLarge(HttpLink.MAX_BODY).bytes(), false));
            return more;
        } finally {
            bodies.release();
        }
        switch (link.guestAnswers(id, answerOf(request, body, error, trailers))) {
            case ACCEPTED -> respond(202, "", OK);
            case WRONG_ID -> refuse(400, "InvalidRequestID", "Invalid request ID");
            case WRONG_STATE -> wrongState();
        }
        return true;
    }

    private static GuestLink.Answer answerOf(
            HttpRequest request, byte[] body, boolean error, Map<String, String> trailers) {
        if (error) {
            return new GuestLink.Answer.Failure(
                    body.length > 0
                            ? body
                            : new ErrorJson(request.header("lambda-runtime-function-error-type"), "").bytes(),
                    false);
        }
        GuestLink.Answer failure = midstreamFailure(trailers);
        return failure != null ? failure : new GuestLink.Answer.Response(body);
    }

    /** The error object that a streaming runtime sends after its answer, in Base64, or one with the type alone. */
    private static byte[] midstreamError(String type, Map<String, String> trailers) {
        String base64 = trailers.getOrDefault("lambda-runtime-function-error-body", "");
        try {
            if (!base64.isEmpty()) {
                return Base64.getDecoder().decode(base64);
            }
        } catch (IllegalArgumentException e) {
            return new ErrorJson(type, "The response stream ended in an error that cannot be read").bytes();
        }
        return new ErrorJson(type, "The response stream ended in an error").bytes();
    }

    private boolean initError(HttpLink link, HttpRequest request) throws IOException, InterruptedException {
        bodies.acquire();
        byte[] body;
        try {
            expectContinue(request);
            body = request.readBody(in, HttpLink.MAX_BODY, new HashMap<>());
        } catch (HttpRequest.BodyTooLargeException e) {
            return refuseAndEnd(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size");
        } finally {
            bodies.release();
        }
        ErrorJson error = ErrorJson.parse(body);
        String type = request.header("lambda-runtime-function-error-type");
        if (link.guestFailsInit(type.isEmpty() ? error : new ErrorJson(type, error.errorMessage()))
                == HttpLink.Verdict.ACCEPTED) {
            respond(202, "", OK);
        } else {
            wrongState();
        }
        return true;
    }

    private void expectContinue(HttpRequest request) throws IOException {
        if (request.header("expect").equalsIgnoreCase("100-continue")) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void wrongState() throws IOException {
        refuse(403, WRONG_STATE, NOT_ALLOWED);
    }

    private void refuse(int status, String type, String message) throws IOException {
        respond(status, "", new ErrorJson(type, message).bytes());
    }

    /** Refuses a request whose body nobody wants: it is read past, so that the next one can follow. */
    private boolean refuseUnread(HttpRequest request, int status, String type, String message) throws IOException {
        if (!request.header("expect").isEmpty()) {
            return refuseAndEnd(status, type, message);
        }
        try {
            HttpBody body = HttpBody.of(request, in, HttpLink.MAX_BODY);
            byte[] buffer = new byte[1024];
            while (body.read(buffer) >= 0) {}
        } catch (HttpRequest.BodyTooLargeException e) {
            return refuseAndEnd(status, type, message);
        }
        refuse(status, type, message);
        return true;
    }

    private boolean refuseAndEnd(int status, String type, String message) throws IOException {
        refused = true;
        respond(status, "Connection: close\r\n", new ErrorJson(type, message).bytes());
        return false;
    }

    private void respond(int status, String headers, byte[] body) throws IOException {
        String head = "HTTP/1.1 " + status + " " + reason(status)
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n" + headers + "\r\n";
        ByteBuffer[] message = {ByteBuffer.wrap(head.getBytes(StandardCharsets.UTF_8)), ByteBuffer.wrap(body)};
        while (message[0].hasRemaining() || message[1].hasRemaining()) {
            channel.write(message);
        }
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 202 -> "Accepted";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 413 -> "Payload Too Large";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            default -> "Bad Request";
        };
    }
}
