package dev.mayfly.cli;

import dev.mayfly.cli.Programs.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(
        name = "doctor",
        description = {
            "Tells which isolation tiers this machine can run, and why not the others; and what is missing.",
            "Exit code 0: at least one tier works, 1: none does."
        },
        mixinStandardHelpOptions = true)
final class DoctorCommand implements SuiteCommand {
    private final Context context;

    DoctorCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Console console = context.console();
        console.say("Java     " + Runtime.version() + "  " + console.dim(System.getProperty("java.home")));
        console.say("System   " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors");
        console.say("State    " + context.settings().home());
        console.say("");
        for (Program program : Programs.ALL) {
            Optional<Path> found = Programs.find(program.name());
            console.say("program %-8s %s"
                    .formatted(
                            program.name(),
                            found.map(path -> console.good("yes") + "  " + console.dim(path.toString()))
                                    .orElseGet(() -> console.bad("no") + "   needed for: " + program.neededFor())));
        }
        List<Program> missing = new Programs(context).missing();
        if (!missing.isEmpty()) {
            console.say(
                    Programs.advice(missing.stream().map(Program::debianPackage).toList()));
        }
        console.say("");
        if (!Files.isDirectory(context.distribution())) {
            throw new CommandFailure(Exit.FAILURE, "Which tiers work is known after a build: ./mayfly build");
        }
        console.progress("Trying the tiers ...");
        List<Tiers.Tier> tiers = new Tiers(context).check();
        console.progressDone();
        for (Tiers.Tier tier : tiers) {
            console.say(Tiers.line(console, tier));
        }
        console.say("tier gvisor     " + console.dim("not part of this version"));
        console.say("tier microvm    " + console.dim("not part of this version"));
        return tiers.stream().anyMatch(Tiers.Tier::available) ? Exit.OK : Exit.FAILURE;
    }
}
