package dev.mayfly.cli;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        var body = new StringBuilder();
        try (Api api = Api.of(context)) {
            String token = null;
            do {
                var page = api.send(
                        api.request("/v1/usage", query(token))
                                .timeout(Duration.ofSeconds(60))
                                .header("Accept", format == Format.JSON ? "application/json" : "text/csv")
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (page.statusCode() != 200) {
                    throw Api.refusal(page.statusCode(), page.body());
                }
                // Every page of CSV begins with the headings.
                body.append(token == null ? page.body() : page.body().replaceFirst("^[^\n]*\n", ""));
                token = page.headers().firstValue(NEXT_TOKEN).orElse(null);
            } while (token != null);
        }
        print(body.toString());
        return Exit.OK;
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

    private Map<String, String> query(@Nullable String token) {
        var query = new LinkedHashMap<String, String>();
        add(query, "from", from);
        add(query, "to", to);
        add(query, "groupBy", groupBy);
        add(query, "nextToken", token);
        add(query, "format", format == Format.JSON ? "json" : "csv");
        add(query, "limit", "10000");
        return query;
    }

    private static void add(Map<String, String> query, String name, @Nullable String value) {
        if (value != null) {
            query.put(name, value);
        }
    }
}
