package dev.mayfly.cli;

import dev.mayfly.standalone.home.Credentials;
import dev.mayfly.standalone.home.SuiteState;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The interface {@code /v1} of the running installation, asked as its first administrator. */
final class Api implements AutoCloseable {
    /** No answer came, or it broke off. */
    static final class Unreachable extends CommandFailure {
        private static final long serialVersionUID = 1L;

        Unreachable(String message) {
            super(Exit.FAILURE, message);
        }
    }

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;

    private final String endpoint;
    private final String authorization;
    private final HttpClient client = HttpClient.newHttpClient();

    private Api(String endpoint, Credentials credentials) {
        this.endpoint = endpoint;
        this.authorization = "Bearer " + credentials.accessKeyId() + "." + credentials.secretAccessKey();
    }

    /**
     * Of the installation that runs.
     *
     * @throws CommandFailure when none does, or its credentials are gone
     */
    static Api of(Context context) throws IOException {
        SuiteState state = context.needRunning();
        return Credentials.load(context.home())
                .map(credentials -> new Api(state.endpoint(), credentials))
                .orElseThrow(() -> new CommandFailure(
                        Exit.FAILURE,
                        context.home().credentialsFile() + " is missing; start Mayfly again to make it."));
    }

    /** A request with credentials, without a time limit. */
    HttpRequest.Builder request(String path, Map<String, String> parameters) {
        var query = new StringBuilder();
        parameters.forEach((name, value) -> query.append(query.isEmpty() ? '?' : '&')
                .append(name)
                .append('=')
                .append(encoded(value)));
        return HttpRequest.newBuilder(URI.create(endpoint + path + query)).header("Authorization", authorization);
    }

    /**
     * An answer with status 200.
     *
     * @throws CommandFailure when it is another one, with what it says
     */
    String ask(HttpRequest request) throws InterruptedException {
        var answer = send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= BAD_REQUEST) {
            throw refusal(answer.statusCode(), answer.body());
        }
        return answer.body();
    }

    /** As {@link #ask(HttpRequest)}, of JSON; an empty answer is an empty object. */
    JsonNode ask(String method, String path, Map<String, String> parameters, byte @Nullable [] body)
            throws InterruptedException {
        String answer = ask(request(path, parameters)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
        return JsonMapper.shared().readTree(answer.isEmpty() ? "{}" : answer);
    }

    /** Any answer. */
    <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) throws InterruptedException {
        try {
            return client.send(request, body);
        } catch (IOException e) {
            throw new Unreachable(endpoint + " does not answer: " + e.getMessage() + ". See: ./mayfly status");
        }
    }

    /** What an answer with another status than the one hoped for means. */
    static CommandFailure refusal(int status, String body) {
        return new CommandFailure(status == BAD_REQUEST ? Exit.USAGE : Exit.FAILURE, detail(status, body));
    }

    private static String detail(int status, String body) {
        try {
            JsonNode detail = JsonMapper.shared().readTree(body).path("detail");
            return detail.asString(status == NOT_FOUND ? "Not found." : "The answer was " + status + ": " + body);
        } catch (JacksonException e) {
            return "The answer was " + status + ": " + body;
        }
    }

    /** As part of a path or a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        client.close();
    }
}
