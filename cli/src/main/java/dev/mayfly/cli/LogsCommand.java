package dev.mayfly.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "logs",
        description = "Shows the log of a component (those of ./mayfly status, and 'supervisor').",
        mixinStandardHelpOptions = true)
final class LogsCommand implements SuiteCommand {
    private static final int TICK_MILLIS = 200;
    private static final int TAIL_BYTES = 1 << 20;

    private final Context context;

    @Parameters(
            paramLabel = "SERVICE",
            description = "e.g. api-gateway, kafka, postgres; the start of a name is enough.")
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

    LogsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path log = find();
        long end = Files.size(log);
        tail(log, end).forEach(context.console()::say);
        if (follow) {
            follow(log, end);
        }
        return Exit.OK;
    }

    private Path find() throws IOException {
        Path folder = context.home().logs();
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure(Exit.FAILURE, "There are no logs yet. Start Mayfly with: ./mayfly up");
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".log"))
                    .map(name -> name.substring(0, name.length() - ".log".length()))
                    .sorted()
                    .toList();
            List<String> fitting = names.contains(service)
                    ? List.of(service)
                    : names.stream().filter(name -> name.startsWith(service)).toList();
            if (fitting.size() != 1) {
                throw new CommandFailure(
                        Exit.USAGE, "No one log is called '" + service + "'. There are: " + String.join(", ", names));
            }
            return context.home().log(fitting.getFirst());
        }
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
