package dev.mayfly.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of {@code ./mayfly}. */
@Command(
        name = "mayfly",
        description = "A serverless cloud on your machine: it speaks AWS Lambda and S3.",
        mixinStandardHelpOptions = true,
        version = "mayfly 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            LogsCommand.class,
            EnvCommand.class,
            UsageCommand.class,
            SchedulesCommand.class,
            QueueCommand.class,
            ObjectsCommand.class,
            DoctorCommand.class,
            BuildCommand.class,
            TestCommand.class,
            BenchCommand.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  done",
            "  1  it was tried and did not work",
            "  2  the command line or a setting cannot be used",
            "  3  Mayfly is not running",
            "  4  another process starts or stops Mayfly",
            "  5  a program is missing that is needed (JDK 25, Maven)",
            "",
            "State lives in .mayfly/ beside this script, or in $MAYFLY_HOME.",
            "Settings (MAYFLY_PORT and others): docs/configuration.md"
        })
public final class Mayfly {
    private Mayfly() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    @SuppressWarnings("SystemOut")
    private static int run(String[] args) {
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        boolean terminal = Boolean.getBoolean("mayfly.terminal");
        Console console = Console.of(out, err, System.getenv(), terminal);
        var context = new Context(
                Path.of(System.getProperty("mayfly.root", ".")).toAbsolutePath().normalize(), console);
        return commandLine(context).execute(args);
    }

    static CommandLine commandLine(Context context) {
        Console console = context.console();
        var line = new CommandLine(new Mayfly(), new CommandFactory(context));
        line.setOut(console.out());
        line.setErr(console.err());
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                console.colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setUsageHelpAutoWidth(false);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof CommandFailure expected) {
                console.progressDone();
                console.note(console.bad("mayfly: ") + expected.getMessage());
                return expected.exit();
            }
            throw failure;
        });
        return line;
    }

    /** Gives every command its context. */
    private record CommandFactory(Context context) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (SuiteCommand.class.isAssignableFrom(type)) {
                return type.getDeclaredConstructor(Context.class).newInstance(context);
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}
