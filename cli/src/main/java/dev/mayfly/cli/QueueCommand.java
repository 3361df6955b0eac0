package dev.mayfly.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;

@Command(
        name = "queue",
        description = "Shows and steers a function's asynchronous invocations.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class QueueCommand implements SuiteCommand {
    private static final int DETAIL_WIDTH = 60;

    private final Context context;

    @Parameters(paramLabel = "FUNCTION", description = "Its name, or name:qualifier.")
    private String function = "";

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print what the API answers.")
    private boolean json;

    QueueCommand(Context context) {
        this.context = context;
    }

    private JsonNode ask(String method, String path, Map<String, String> parameters)
            throws IOException, InterruptedException {
        try (Api api = Api.of(context)) {
            return api.ask(method, "/v1/functions/" + Api.encoded(function) + "/queue" + path, parameters, null);
        }
    }

    private void say(String line) {
        context.console().say(line);
    }

    private int printed(JsonNode answer) {
        say(answer.toPrettyString());
        return Exit.OK;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        JsonNode queue = ask("GET", "", Map.of());
        return json ? printed(queue) : summarised(queue);
    }

    private int summarised(JsonNode queue) {
        JsonNode depth = queue.path("depth");
        var table = new Table("WAITING", "DELAYED", "PAUSED", "RUNNING", "OLDEST", "IN/S", "OUT/S", "DEAD");
        table.row(List.of(
                depth.path("waiting").asString("0"),
                depth.path("delayed").asString("0"),
                depth.path("paused").asString("0"),
                depth.path("running").asString("0"),
                queue.has("oldestAgeSeconds")
                        ? age(queue.path("oldestAgeSeconds").asDouble())
                        : "-",
                rate(queue.path("inPerSecond")),
                rate(queue.path("outPerSecond")),
                queue.path("deadLetters").asString("0")));
        table.lines().forEach(this::say);
        if (queue.path("paused").asBoolean()) {
            say("Paused. Go on with: ./mayfly queue " + function + " resume");
        }
        queue.path("pausedQualifiers")
                .forEach(qualifier -> say("Paused: " + queue.path("function").asString() + ":" + qualifier.asString()));
        return Exit.OK;
    }

    @Command(name = "list", description = "Lists what is queued, oldest first.", mixinStandardHelpOptions = true)
    int list(
            @Option(
                            names = "--state",
                            paramLabel = "STATE,...",
                            description = "waiting, delayed, paused, running (those are the default), succeeded, dead,"
                                    + " cancelled.")
                    @Nullable
                    String state,
            @Option(names = "--since", paramLabel = "TIME", description = "Accepted since then; PT15M is 15 min ago.")
                    @Nullable
                    String since,
            @Option(names = "--min-age", paramLabel = "AGE", description = "At least that old, e.g. PT1H.") @Nullable
                    String minAge,
            @Option(names = "--error", paramLabel = "TEXT", description = "With that error.") @Nullable String error,
            @Option(
                            names = {"-n", "--limit"},
                            defaultValue = "100",
                            description = "How many (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on where the list before ended.")
                    @Nullable
                    String cursor)
            throws IOException, InterruptedException {
        var parameters = parameters("state", state, "since", since, "minAge", minAge, "error", error);
        parameters.put("limit", Integer.toString(limit));
        putUnlessNull(parameters, "cursor", cursor);
        JsonNode answer = ask("GET", "/events", parameters);
        if (json) {
            return printed(answer);
        }
        if (answer.path("events").isEmpty()) {
            say("Nothing.");
            return Exit.OK;
        }
        var table = new Table("REQUEST", "STATE", "QUALIFIER", "ATTEMPT", "AGE", "DUE IN", "ERROR", "DETAIL");
        for (JsonNode event : answer.path("events")) {
            table.row(List.of(
                    event.path("requestId").asString(),
                    event.path("state").asString(),
                    event.path("qualifier").asString(),
                    event.path("attempt").asString(),
                    since(event.path("acceptedAt")),
                    event.has("dueAt") ? until(event.path("dueAt")) : "",
                    event.path("error").asString(""),
                    abridged(event.path("detail").asString(""))));
        }
        return told(table, answer);
    }

    private int told(Table table, JsonNode answer) {
        table.lines().forEach(this::say);
        if (answer.has("cursor")) {
            say("There are more: --cursor " + answer.path("cursor").asString());
        }
        return Exit.OK;
    }

    @Command(name = "peek", description = "Shows an event and what it carries.", mixinStandardHelpOptions = true)
    int peek(@Parameters(paramLabel = "REQUEST") String request) throws IOException, InterruptedException {
        return printed(ask("GET", "/events/" + Api.encoded(request), Map.of()));
    }

    @Command(
            name = "cancel",
            description = "Cancels what waits. What runs is not stopped.",
            mixinStandardHelpOptions = true)
    int cancel(@Parameters(paramLabel = "REQUEST") String request) throws IOException, InterruptedException {
        ask("DELETE", "/events/" + Api.encoded(request), Map.of());
        say("Cancelled.");
        return Exit.OK;
    }

    @Command(name = "pause", description = "Lets events wait, however long.", mixinStandardHelpOptions = true)
    int pause() throws IOException, InterruptedException {
        JsonNode queue = ask("POST", "/pause", Map.of());
        return json ? printed(queue) : summarised(queue);
    }

    @Command(name = "resume", description = "Ends a pause.", mixinStandardHelpOptions = true)
    int resume() throws IOException, InterruptedException {
        JsonNode queue = ask("POST", "/resume", Map.of());
        return json ? printed(queue) : summarised(queue);
    }

    @Command(name = "dead", description = "Lists what was given up.", mixinStandardHelpOptions = true)
    int dead(
            @Option(names = "--error", paramLabel = "TEXT", description = "With that error.") @Nullable String error,
            @Option(names = "--since", paramLabel = "TIME", description = "Given up since then.") @Nullable
                    String since,
            @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on where the list before ended.")
                    @Nullable
                    String cursor)
            throws IOException, InterruptedException {
        JsonNode answer = ask(
                "GET", "/dead-letters", parameters("error", error, "since", since, "cursor", cursor, "limit", "100"));
        if (json) {
            return printed(answer);
        }
        if (answer.path("deadLetters").isEmpty()) {
            say("Nothing.");
            return Exit.OK;
        }
        var table = new Table("REQUEST", "QUALIFIER", "ATTEMPTS", "AGE", "BYTES", "ERROR", "DETAIL");
        for (JsonNode letter : answer.path("deadLetters")) {
            table.row(List.of(
                    letter.path("requestId").asString(),
                    letter.path("qualifier").asString(),
                    letter.path("attempts").asString(),
                    since(letter.path("diedAt")),
                    letter.path("payloadBytes").asString(),
                    letter.path("error").asString(),
                    abridged(letter.path("detail").asString(""))));
        }
        return told(table, answer);
    }

    @Command(name = "replay", description = "Queues dead letters again.", mixinStandardHelpOptions = true)
    int replay(
            @Parameters(paramLabel = "REQUEST", arity = "0..1", description = "One, or else --all.") @Nullable
                    String request,
            @Option(names = "--all", description = "All of them, or those that --error chooses.") boolean all,
            @Option(names = "--error", paramLabel = "TEXT", description = "With that error.") @Nullable String error)
            throws IOException, InterruptedException {
        if ((request == null) != all) {
            throw new CommandFailure(Exit.USAGE, "Say which dead letter to replay, or --all.");
        }
        JsonNode answer = request == null
                ? ask("POST", "/dead-letters/replay", parameters("error", error))
                : ask("POST", "/dead-letters/" + Api.encoded(request) + "/replay", Map.of());
        if (json) {
            return printed(answer);
        }
        say(
                request == null
                        ? answer.path("replayed").asString() + " replayed."
                        : "Replayed as " + answer.path("requestId").asString() + ".");
        return Exit.OK;
    }

    private static TreeMap<String, String> parameters(@Nullable String... namesAndValues) {
        var parameters = new TreeMap<String, String>();
        for (int n = 0; n < namesAndValues.length; n += 2) {
            putUnlessNull(parameters, String.valueOf(namesAndValues[n]), namesAndValues[n + 1]);
        }
        return parameters;
    }

    private static void putUnlessNull(Map<String, String> parameters, String name, @Nullable String value) {
        if (value != null) {
            parameters.put(name, value);
        }
    }

    private static String rate(JsonNode rate) {
        return String.format(Locale.ROOT, "%.1f", rate.asDouble());
    }

    private static String since(JsonNode instant) {
        return age(Duration.between(Instant.parse(instant.asString()), Instant.now())
                        .toMillis()
                / 1000.0);
    }

    private static String until(JsonNode instant) {
        var left = Duration.between(Instant.now(), Instant.parse(instant.asString()));
        return left.isNegative() ? "now" : age(left.toMillis() / 1000.0);
    }

    /** The largest unit, and the next one. */
    private static String age(double seconds) {
        var whole = Duration.of(Math.max(0, Math.round(seconds)), ChronoUnit.SECONDS);
        if (whole.toDays() > 0) {
            return whole.toDays() + "d" + whole.toHoursPart() + "h";
        }
        if (whole.toHours() > 0) {
            return whole.toHours() + "h" + whole.toMinutesPart() + "m";
        }
        return whole.toMinutes() > 0 ? whole.toMinutes() + "m" + whole.toSecondsPart() + "s" : whole.toSeconds() + "s";
    }

    private static String abridged(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() <= DETAIL_WIDTH ? line : line.substring(0, DETAIL_WIDTH - 3) + "...";
    }
}
