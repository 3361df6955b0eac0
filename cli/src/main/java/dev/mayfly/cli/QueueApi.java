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
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks {@code /v1/functions/{function}/queue} of the running installation. */
final class QueueApi {
    private static final int FIRST_REFUSAL = 400;
    private static final int NOT_FOUND = 404;

    private final Context context;
    private final String function;

    QueueApi(Context context, String function) {
        this.context = context;
        this.function = function;
    }

    /**
     * What the queue answers.
     *
     * @param path below the queue, e.g. {@code /events}
     * @throws CommandFailure when it refuses, with its own words
     */
    JsonNode ask(String method, String path, Map<String, String> parameters) throws IOException, InterruptedException {
        SuiteState state = context.needRunning();
        Credentials credentials = Credentials.load(context.home())
                .orElseThrow(() -> new CommandFailure(
                        Exit.FAILURE,
                        context.home().credentialsFile() + " is missing; start Mayfly again to make it."));
        var request = HttpRequest.newBuilder(URI.create(
                        state.endpoint() + "/v1/functions/" + encoded(function) + "/queue" + path + query(parameters)))
                .timeout(Duration.ofMinutes(5))
                .header("Authorization", "Bearer " + credentials.accessKeyId() + "." + credentials.secretAccessKey())
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer;
        try (HttpClient client = HttpClient.newHttpClient()) {
            answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandFailure(
                    Exit.FAILURE, state.endpoint() + " does not answer: " + e.getMessage() + ". See: ./mayfly status");
        }
        if (answer.statusCode() >= FIRST_REFUSAL) {
            throw new CommandFailure(answer.statusCode() == FIRST_REFUSAL ? Exit.USAGE : Exit.FAILURE, said(answer));
        }
        return JsonMapper.shared().readTree(answer.body().isEmpty() ? "{}" : answer.body());
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String query(Map<String, String> parameters) {
        var query = new StringBuilder();
        parameters.forEach((name, value) -> query.append(query.isEmpty() ? '?' : '&')
                .append(name)
                .append('=')
                .append(encoded(value)));
        return query.toString();
    }

    private static String said(HttpResponse<String> answer) {
        try {
            JsonNode problem = JsonMapper.shared().readTree(answer.body());
            return problem.path("detail").asString(answer.statusCode() == NOT_FOUND ? "Not found." : answer.body());
        } catch (JacksonException e) {
            return "The queue answered " + answer.statusCode() + ": " + answer.body();
        }
    }
}
