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
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a function wrote, as {@code GET /v1/functions/{name}/logs} tells it. */
final class FunctionLogs {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MAX_RESUMPTIONS = 5;

    private final Context context;
    private final String function;
    private final String since;
    private final @Nullable String filter;
    private final boolean json;
    /** The id of the last event that was shown to a follower. */
    private @Nullable String last;

    FunctionLogs(Context context, String function, String since, @Nullable String filter, boolean json) {
        this.context = context;
        this.function = function;
        this.since = since;
        this.filter = filter;
        this.json = json;
    }

    /** Shows what there is. */
    void show() throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String cursor = null;
            do {
                var request = request(cursor).build();
                var page = client.send(request, HttpResponse.BodyHandlers.ofString());
                require(page.statusCode(), page.body());
                JsonNode body = JSON.readTree(page.body());
                body.path("events").forEach(this::say);
                cursor = body.path("cursor").asString(null);
            } while (cursor != null);
        }
    }

    /** Shows what there is and what comes, until the process is interrupted or Mayfly stays away. */
    void follow() throws IOException, InterruptedException {
        IOException broken = new IOException("the stream ended");
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int resumed = 0; resumed < MAX_RESUMPTIONS; resumed++) {
                var request = request(null).header("Accept", "text/event-stream");
                String reached = last;
                if (reached != null) {
                    request.header("Last-Event-ID", reached);
                }
                try {
                    var stream = client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
                    if (stream.statusCode() != 200) {
                        require(stream.statusCode(), stream.body().collect(Collectors.joining("\n")));
                    }
                    read(stream.body());
                } catch (IOException | java.io.UncheckedIOException e) {
                    broken = new IOException(String.valueOf(e.getMessage()), e);
                }
                if (!Objects.equals(reached, last)) {
                    resumed = 0;
                }
            }
        }
        throw broken;
    }

    private void read(Stream<String> lines) {
        String id = null;
        for (var each = lines.iterator(); each.hasNext(); ) {
            String line = each.next();
            if (line.startsWith("id: ")) {
                id = line.substring("id: ".length());
            } else if (line.startsWith("data: ")) {
                say(JSON.readTree(line.substring("data: ".length())));
                last = id;
            }
        }
    }

    /** Runtimes write a line break inside a message as a carriage return, as on AWS. */
    private void say(JsonNode event) {
        Console console = context.console();
        if (json) {
            console.say(event.toString());
        } else {
            console.say(event.path("time").asString("") + " "
                    + event.path("message").asString("").stripTrailing().replace('\r', '\n'));
        }
        console.out().flush();
    }

    private static void require(int status, String body) {
        if (status != 200) {
            String detail;
            try {
                detail = JSON.readTree(body).path("detail").asString(body);
            } catch (tools.jackson.core.JacksonException e) {
                detail = body;
            }
            throw new CommandFailure(status == 400 ? Exit.USAGE : Exit.FAILURE, detail);
        }
    }

    private HttpRequest.Builder request(@Nullable String cursor) throws IOException {
        SuiteState state = context.needRunning();
        Credentials credentials = Credentials.load(context.home())
                .orElseThrow(() -> new CommandFailure(
                        Exit.FAILURE,
                        context.home().credentialsFile() + " is missing; start Mayfly again to make it."));
        var target = new StringBuilder(state.endpoint())
                .append("/v1/functions/")
                .append(encoded(function))
                .append("/logs?since=")
                .append(encoded(since));
        if (filter != null) {
            target.append("&filter=").append(encoded(filter));
        }
        if (cursor != null) {
            target.append("&cursor=").append(encoded(cursor));
        }
        return HttpRequest.newBuilder(URI.create(target.toString()))
                .header("Authorization", "Bearer " + credentials.accessKeyId() + "." + credentials.secretAccessKey());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
