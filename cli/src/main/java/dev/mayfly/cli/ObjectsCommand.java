package dev.mayfly.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "objects",
        description = "Looks after the bytes of objects.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ObjectsCommand implements SuiteCommand {
    private final Context context;

    ObjectsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        throw new CommandFailure(Exit.USAGE, "Say what to do: ./mayfly objects verify");
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
