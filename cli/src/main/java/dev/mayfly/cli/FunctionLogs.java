package dev.mayfly.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
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
        try (Api api = Api.of(context)) {
            String cursor = null;
            do {
                JsonNode page = JSON.readTree(api.ask(request(api, cursor).build()));
                page.path("events").forEach(this::say);
                cursor = page.path("cursor").asString(null);
            } while (cursor != null);
        }
    }

    /** Shows what there is and what comes, until the process is interrupted or Mayfly stays away. */
    void follow() throws IOException, InterruptedException {
        String broken = "its stream ended";
        for (int resumed = 0; resumed < MAX_RESUMPTIONS; resumed++) {
            String reached = last;
            try (Api api = Api.of(context)) {
                var request = request(api, null).header("Accept", "text/event-stream");
                if (reached != null) {
                    request.header("Last-Event-ID", reached);
                }
                var stream = api.send(request.build(), HttpResponse.BodyHandlers.ofLines());
                try (Stream<String> lines = stream.body()) {
                    if (stream.statusCode() != 200) {
                        throw Api.refusal(stream.statusCode(), lines.collect(Collectors.joining("\n")));
                    }
                    read(lines);
                }
            } catch (Api.Unreachable | UncheckedIOException e) {
                broken = String.valueOf(e.getMessage());
            }
            if (!Objects.equals(reached, last)) {
                resumed = 0;
            }
        }
        throw new CommandFailure(Exit.FAILURE, "The log could not be followed further: " + broken);
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

    private HttpRequest.Builder request(Api api, @Nullable String cursor) {
        var parameters = new HashMap<>(Map.of("since", since));
        if (filter != null) {
            parameters.put("filter", filter);
        }
        if (cursor != null) {
            parameters.put("cursor", cursor);
        }
        return api.request("/v1/functions/" + Api.encoded(function) + "/logs", parameters);
    }
}
