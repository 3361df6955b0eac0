package dev.mayfly.cli;

import dev.mayfly.cli.Programs.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
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
        for (Program program : Programs.all()) {
            Optional<Path> found = program.find();
            console.say("program %-21s %s"
                    .formatted(
                            program.name(),
                            found.map(path -> console.good("yes") + "  " + console.dim(path.toString()))
                                    .orElseGet(() -> console.bad("no") + "   needed for " + program.neededFor() + ": "
                                            + Programs.command(List.of(program)))));
        }
        console.say("");
        if (!Files.isDirectory(context.distribution())) {
            throw new CommandFailure(Exit.FAILURE, "Which tiers work is known after a build: ./mayfly build");
        }
        return anyWorks(console) ? Exit.OK : Exit.FAILURE;
    }

    private boolean anyWorks(Console console) throws IOException, InterruptedException {
        var tiers = new Tiers(context);
        List<Tiers.Tier> known = context.running().isPresent() ? tiers.ofRunningHost() : List.of();
        if (!known.isEmpty()) {
            console.say(console.dim("As the running sandbox host has found it."));
            for (Tiers.Tier tier : known) {
                show(console, tier);
            }
            return known.stream().anyMatch(Tiers.Tier::available);
        }
        console.progress("Trying the tiers; the first time a guest image is built, which takes minutes ...");
        var works = new AtomicBoolean();
        tiers.check(tier -> {
            console.progressDone();
            show(console, tier);
            works.compareAndSet(false, tier.available());
            console.progress("Trying the other tiers ...");
        });
        console.progressDone();
        return works.get();
    }

    private static void show(Console console, Tiers.Tier tier) {
        try {
            Tiers.lines(console, tier).forEach(console::say);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
