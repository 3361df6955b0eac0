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
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "usage", description = "Shows what was used and what it costs.", mixinStandardHelpOptions = true)
final class UsageCommand implements SuiteCommand {
    enum Format {
        TABLE,
        JSON,
        CSV
    }

    private static final String NEXT_TOKEN = "X-Mayfly-Next-Token";

    private final Context context;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "First moment, e.g. 2026-01-01 or 2026-01-01T12:00:00Z.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "First moment that is no longer part of it.")
    private @Nullable String to;

    @Option(names = "--group-by", paramLabel = "FIELD", description = "What makes a line, as GET /v1/usage documents.")
    private @Nullable String groupBy;

    @Option(
            names = "--format",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.TABLE;

    UsageCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        SuiteState state = context.needRunning();
        Credentials credentials = Credentials.load(context.home())
                .orElseThrow(() -> new CommandFailure(
                        Exit.FAILURE,
                        context.home().credentialsFile() + " is missing; start Mayfly again to make it."));
        var body = new StringBuilder();
        try (HttpClient client = HttpClient.newHttpClient()) {
            String token = null;
            do {
                HttpResponse<String> page =
                        client.send(request(state, credentials, token), HttpResponse.BodyHandlers.ofString());
                if (page.statusCode() != 200) {
                    throw new CommandFailure(
                            page.statusCode() == 400 ? Exit.USAGE : Exit.FAILURE,
                            "The usage report was refused (" + page.statusCode() + "): " + page.body());
                }
                // Every page of CSV begins with the headings.
                body.append(token == null ? page.body() : page.body().replaceFirst("^[^\n]*\n", ""));
                token = page.headers().firstValue(NEXT_TOKEN).orElse(null);
            } while (token != null);
        } catch (IOException e) {
            throw new CommandFailure(
                    Exit.FAILURE, state.endpoint() + " does not answer: " + e.getMessage() + ". See: ./mayfly status");
        }
        print(body.toString());
        return Exit.OK;
    }

    private HttpRequest request(SuiteState state, Credentials credentials, @Nullable String token) {
        return HttpRequest.newBuilder(URI.create(state.endpoint() + "/v1/usage" + query(token)))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + credentials.accessKeyId() + "." + credentials.secretAccessKey())
                .header("Accept", format == Format.JSON ? "application/json" : "text/csv")
                .build();
    }

    private void print(String body) {
        Console console = context.console();
        if (format != Format.TABLE) {
            console.say(body.stripTrailing());
            return;
        }
        List<List<String>> rows = Csv.parse(body);
        if (rows.size() < 2) {
            console.say("Nothing was used in that time.");
            return;
        }
        var table = new Table(rows.getFirst().toArray(String[]::new));
        rows.subList(1, rows.size()).forEach(table::row);
        table.lines().forEach(console::say);
    }

    private String query(@Nullable String token) {
        var query = new StringBuilder();
        add(query, "from", from);
        add(query, "to", to);
        add(query, "groupBy", groupBy);
        add(query, "nextToken", token);
        add(query, "format", format == Format.JSON ? "json" : "csv");
        add(query, "limit", "10000");
        return query.toString();
    }

    private static void add(StringBuilder query, String name, @Nullable String value) {
        if (value != null) {
            query.append(query.isEmpty() ? '?' : '&')
                    .append(name)
                    .append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }
}
