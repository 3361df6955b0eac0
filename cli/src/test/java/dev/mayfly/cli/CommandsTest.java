package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void everyCommandHasHelpAndTheScriptListsIt() throws IOException {
        String script = Files.readString(Path.of("../mayfly"));

        for (String command :
                Mayfly.commandLine(context(false)).getSubcommands().keySet()) {
            assertThat(run(false, command, "--help")).as(command).isEqualTo(Exit.OK);
            assertThat(script).containsPattern("(?m)^  " + command + " ");
        }
        assertThat(out.toString()).contains("--detach", "--follow", "--group-by", "eval \"$(./mayfly env)\"");
    }

    @Test
    void whatIsNoCommandIsAUsageError() {
        assertThat(run(false, "fly")).isEqualTo(Exit.USAGE);
        assertThat(run(false, "up", "--backwards")).isEqualTo(Exit.USAGE);
        assertThat(run(false, "usage", "--format", "xml")).isEqualTo(Exit.USAGE);
    }

    @Test
    void failuresAreToldInOneLineWithTheirExitCode() {
        var line = Mayfly.commandLine(context(false));
        line.addSubcommand("fail", new Failing());

        assertThat(line.execute("fail")).isEqualTo(Exit.NOT_RUNNING);
        assertThat(err.toString()).isEqualTo("mayfly: Start it first.\n");
    }

    @Test
    void coloursAreForTerminalsThatWantThem() {
        assertThat(console(Map.of(), true).good("x")).isEqualTo("\u001b[32mx\u001b[0m");
        assertThat(console(Map.of("NO_COLOR", "1"), true).good("x")).isEqualTo("x");
        assertThat(console(Map.of("TERM", "dumb"), true).good("x")).isEqualTo("x");
        assertThat(console(Map.of(), false).good("x")).isEqualTo("x");
    }

    @Test
    void progressIsShownOnlyWhereItIsWatched() {
        console(Map.of(), false).progress("half");
        assertThat(err.toString()).isEmpty();
        console(Map.of(), true).progress("half");
        assertThat(err.toString()).endsWith("half");
    }

    @Test
    void valuesForTheShellAreOneWord() {
        assertThat(EnvCommand.quoted("http://localhost:8080")).isEqualTo("http://localhost:8080");
        assertThat(EnvCommand.quoted("a b'c$d")).isEqualTo("'a b'\\''c$d'");
    }

    @picocli.CommandLine.Command(name = "fail")
    private static final class Failing implements SuiteCommand {
        @Override
        public Integer call() {
            throw new CommandFailure(Exit.NOT_RUNNING, "Start it first.");
        }
    }

    private int run(boolean terminal, String... arguments) {
        return Mayfly.commandLine(context(terminal)).execute(arguments);
    }

    private Context context(boolean terminal) {
        return new Context(Path.of("..").toAbsolutePath().normalize(), console(Map.of(), terminal));
    }

    private Console console(Map<String, String> environment, boolean terminal) {
        return Console.of(new PrintWriter(out), new PrintWriter(err), environment, terminal);
    }
}
