package dev.mayfly.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "logs",
        description =
                "Shows what a function wrote, or the log of a component (those of ./mayfly status, and 'supervisor').",
        mixinStandardHelpOptions = true)
final class LogsCommand implements SuiteCommand {
    private static final int TICK_MILLIS = 200;
    private static final int TAIL_BYTES = 1 << 20;

    private final Context context;

    @Parameters(
            paramLabel = "NAME",
            description =
                    "A function's name, or a component's, e.g. api-gateway or kafka, of which the start is enough. A name that"
                            + " could be both is a component's, but with --function.")
    private String service = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on as the log grows, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            defaultValue = "100",
            description = "How many lines from the end (default: ${DEFAULT-VALUE}).")
    private int lines;

    @Option(names = "--function", description = "The name is a function's, whatever components there are.")
    private boolean isFunction;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            defaultValue = "10m",
            description = "Of a function: from when on, e.g. 10m or 2026-01-31T12:00:00Z (default: ${DEFAULT-VALUE}).")
    private String since = "10m";

    @Option(
            names = "--filter",
            paramLabel = "PATTERN",
            description = "Of a function: only lines that match, e.g. 'ERROR' or '{ $.level = \"ERROR\" }'.")
    private @Nullable String filter;

    @Option(names = "--json", description = "Of a function: each line as JSON, with stream and request id.")
    private boolean json;

    LogsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (isFunction || json || filter != null || !isComponent()) {
            var logs = new FunctionLogs(context, service, since, filter, json);
            if (follow) {
                logs.follow();
            } else {
                logs.show();
            }
            return Exit.OK;
        }
        Path log = find();
        long end = Files.size(log);
        tail(log, end).forEach(context.console()::say);
        if (follow) {
            follow(log, end);
        }
        return Exit.OK;
    }

    /** What is neither a component nor can be a function's name is shown as a component that is not there. */
    private boolean isComponent() throws IOException {
        if (!service.matches("[a-zA-Z0-9-_]{1,64}") || context.running().isEmpty()) {
            return true;
        }
        return components().stream().anyMatch(name -> name.startsWith(service));
    }

    private List<String> components() throws IOException {
        Path folder = context.home().logs();
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure(Exit.FAILURE, "There are no logs yet. Start Mayfly with: ./mayfly up");
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".log"))
                    .map(name -> name.substring(0, name.length() - ".log".length()))
                    .sorted()
                    .toList();
        }
    }

    private Path find() throws IOException {
        List<String> names = components();
        List<String> fitting = names.contains(service)
                ? List.of(service)
                : names.stream().filter(name -> name.startsWith(service)).toList();
        if (fitting.size() != 1) {
            throw new CommandFailure(
                    Exit.USAGE, "No one log is called '" + service + "'. There are: " + String.join(", ", names));
        }
        return context.home().log(fitting.getFirst());
    }

    private List<String> tail(Path log, long end) throws IOException {
        long start = Math.max(0, end - TAIL_BYTES);
        List<String> all = read(log, start, end).lines().toList();
        return all.subList(Math.max(0, all.size() - lines), all.size());
    }

    private void follow(Path log, long from) throws IOException, InterruptedException {
        long position = from;
        while (true) {
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
            long size = Files.size(log);
            if (size < position) {
                // It was shortened: what follows is at its new beginning.
                position = 0;
            }
            if (size > position) {
                context.console().out().print(read(log, position, Math.min(size, position + TAIL_BYTES)));
                context.console().out().flush();
                position = Math.min(size, position + TAIL_BYTES);
            }
        }
    }

    private static String read(Path log, long start, long end) throws IOException {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] bytes = new byte[(int) (end - start)];
            file.seek(start);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
