package dev.mayfly.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "objects",
        description = "Looks after the bytes of objects, and after quotas.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ObjectsCommand implements SuiteCommand {
    private final Context context;

    ObjectsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        throw new CommandFailure(
                Exit.USAGE, "Say what to do: ./mayfly objects verify, or ./mayfly objects quota ACCOUNT");
    }

    @Command(
            name = "verify",
            description = {
                "Compares the index of objects with the store of their bytes and names every difference.",
                "Exit code 0: none, or all repaired; 1: there are some, or it could not be done."
            },
            mixinStandardHelpOptions = true)
    int verify(
            @Option(names = "--checksums", description = "Reads every byte too, which takes as long as that takes.")
                    boolean checksums,
            @Option(
                            names = "--repair",
                            description =
                                    "Puts counts of names right and deletes what nothing names. Bytes are never changed.")
                    boolean repair)
            throws IOException, InterruptedException {
        try (Api api = Api.of(context)) {
            var request = api.request(
                            "/v1/objects/verify",
                            Map.of("checksums", Boolean.toString(checksums), "repair", Boolean.toString(repair)))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            var answer = api.send(request, HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw Api.refusal(answer.statusCode(), String.join("\n", lines.toList()));
                }
                return show(lines);
            } catch (UncheckedIOException e) {
                throw new CommandFailure(Exit.FAILURE, "The answer broke off: " + e.getMessage());
            }
        }
    }

    @Command(
            name = "quota",
            description = {
                "Shows what an account may store and ask for, and what it stores; sets it when limits are named.",
                "Limits that are not named are none then."
            },
            mixinStandardHelpOptions = true)
    int quota(
            @Parameters(paramLabel = "ACCOUNT", description = "Its id, 12 digits.") String account,
            @Option(names = "--bytes", description = "Objects, other versions and parts together.") @Nullable
                    Long bytes,
            @Option(names = "--objects", description = "Other versions included.") @Nullable Long objects,
            @Option(names = "--requests-per-second", description = "Of the account's keys.") @Nullable Integer requests,
            @Option(names = "--remove", description = "The limits of all accounts hold again.") boolean remove)
            throws IOException, InterruptedException {
        var limits = new LinkedHashMap<String, String>();
        add(limits, "bytes", bytes);
        add(limits, "objects", objects);
        add(limits, "requestsPerSecond", requests);
        if (!account.matches("\\d{12}") || remove && !limits.isEmpty()) {
            throw new CommandFailure(Exit.USAGE, "Name an account of 12 digits, and either limits or --remove.");
        }
        String path = "/v1/objects/quotas/" + account;
        try (Api api = Api.of(context)) {
            if (remove) {
                api.ask("DELETE", path, Map.of(), null);
            }
            JsonNode quota = api.ask(limits.isEmpty() ? "GET" : "PUT", path, limits, null);
            Console console = context.console();
            console.say(
                    "bytes     %,15d of %s".formatted(quota.path("bytesUsed").asLong(0), most(quota, "bytes")));
            console.say(
                    "objects   %,15d of %s".formatted(quota.path("objectsUsed").asLong(0), most(quota, "objects")));
            console.say("requests  %15s    %s a second".formatted("", most(quota, "requestsPerSecond")));
            return Exit.OK;
        }
    }

    private static void add(Map<String, String> limits, String name, @Nullable Number value) {
        if (value != null) {
            limits.put(name, value.toString());
        }
    }

    private static String most(JsonNode quota, String name) {
        if (!quota.path(name).isNumber()) {
            return "unlimited";
        }
        return "%,d%s".formatted(quota.path(name).longValue(), quota.path("own").asBoolean(false) ? "" : " (as all)");
    }

    private int show(Stream<String> lines) {
        Console console = context.console();
        int left = 0;
        @Nullable JsonNode end = null;
        for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
            JsonNode line = JsonMapper.shared().readTree(each.next());
            if (line.has("difference")) {
                boolean repaired = line.path("repaired").asBoolean(false);
                left += repaired ? 0 : 1;
                console.say(said(line, repaired));
            } else if (line.has("verified")) {
                end = line;
            }
        }
        if (end == null || !end.path("verified").asBoolean(false)) {
            throw new CommandFailure(
                    Exit.FAILURE,
                    end == null ? "The answer broke off." : end.path("error").asString("It could not be done."));
        }
        console.say("%,d blobs of %,d bytes, %,d differences"
                .formatted(
                        end.path("blobs").asLong(0),
                        end.path("bytes").asLong(0),
                        end.path("differences").asLong(0)));
        return left == 0 ? Exit.OK : Exit.FAILURE;
    }

    private static String said(JsonNode difference, boolean repaired) {
        var objects = new ArrayList<String>();
        difference.path("objects").forEach(object -> objects.add(object.asString("")));
        return "%-10s  %s  %s%s%s"
                .formatted(
                        difference.path("difference").asString(""),
                        difference.path("blob").asString(""),
                        difference.path("detail").asString(""),
                        objects.isEmpty() ? "" : ": " + String.join(", ", objects),
                        repaired ? " (repaired)" : "");
    }
}
