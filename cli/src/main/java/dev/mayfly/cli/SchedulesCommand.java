package dev.mayfly.cli;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "schedules",
        description = "Lists, creates and deletes schedules, which invoke functions at given times.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class SchedulesCommand implements SuiteCommand {
    private static final String PATH = "/v1/schedules";

    private final Context context;

    SchedulesCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return list();
    }

    @Command(name = "list", description = "Shows all schedules.", mixinStandardHelpOptions = true)
    Integer list() throws IOException, InterruptedException {
        var table = new Table("NAME", "FUNCTION", "EXPRESSION", "ZONE", "STATE", "NEXT");
        String marker = "";
        int shown = 0;
        try (Api api = Api.of(context)) {
            do {
                JsonNode page = api.ask("GET", PATH, Map.of("marker", marker), null);
                for (JsonNode schedule : page.path("schedules")) {
                    table.row(List.of(
                            text(schedule, "name"),
                            text(schedule, "function").replaceFirst(".*:function:", ""),
                            text(schedule, "expression"),
                            text(schedule, "timeZone"),
                            schedule.path("enabled").asBoolean(false) ? "enabled" : "disabled",
                            next(schedule)));
                    shown++;
                }
                marker = text(page, "nextMarker");
            } while (!marker.isEmpty());
        }
        if (shown == 0) {
            context.console().say("There are no schedules. See: ./mayfly schedules create --help");
        } else {
            table.lines().forEach(context.console()::say);
        }
        return Exit.OK;
    }

    @Command(name = "create", description = "Creates a schedule.", mixinStandardHelpOptions = true)
    Integer create(
            @Parameters(paramLabel = "NAME", description = "The schedule's name.") String name,
            @Option(names = "--function", required = true, description = "What it invokes: a name or an ARN.")
                    String function,
            @Option(
                            names = "--at",
                            required = true,
                            description = "When: rate(5 minutes), cron(0 9 ? * MON-FRI *) or at(2026-12-24T18:00:00).")
                    String expression,
            @Option(names = "--zone", defaultValue = "UTC", description = "The time zone (default: UTC).") String zone,
            @Option(names = "--input", description = "The event, as JSON (default: AWS's Scheduled Event).") @Nullable
                    String input)
            throws IOException, InterruptedException {
        var body = new LinkedHashMap<String, Object>();
        body.put("name", name);
        body.put("function", function);
        body.put("expression", expression);
        body.put("timeZone", zone);
        if (input != null) {
            try {
                body.put("input", JsonMapper.shared().readTree(input));
            } catch (JacksonException e) {
                throw new CommandFailure(Exit.USAGE, "--input is not JSON: " + e.getOriginalMessage());
            }
        }
        JsonNode created = ask("POST", PATH, JsonMapper.shared().writeValueAsBytes(body));
        context.console().say("Created " + name + ". Next: " + next(created));
        return Exit.OK;
    }

    @Command(name = "delete", description = "Deletes a schedule.", mixinStandardHelpOptions = true)
    Integer delete(@Parameters(paramLabel = "NAME", description = "The schedule's name.") String name)
            throws IOException, InterruptedException {
        if (!name.matches("[0-9a-zA-Z-_.]{1,64}")) {
            throw new CommandFailure(Exit.USAGE, "There is no schedule " + name + ".");
        }
        ask("DELETE", PATH + "/" + name, null);
        context.console().say("Deleted " + name + ".");
        return Exit.OK;
    }

    /** As the clocks of its time zone show it. */
    private static String next(JsonNode schedule) {
        String next = schedule.path("nextTimes").path(0).asString("");
        return next.isEmpty()
                ? "-"
                : Instant.parse(next)
                        .atZone(ZoneId.of(text(schedule, "timeZone")))
                        .toOffsetDateTime()
                        .toString();
    }

    private static String text(JsonNode node, String member) {
        return node.path(member).asString("");
    }

    private JsonNode ask(String method, String path, byte @Nullable [] body) throws IOException, InterruptedException {
        try (Api api = Api.of(context)) {
            return api.ask(method, path, Map.of(), body);
        }
    }
}
