package dev.mayfly.cli;

import dev.mayfly.standalone.home.ComponentState;
import dev.mayfly.standalone.home.ComponentState.Condition;
import dev.mayfly.standalone.home.SuiteState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(
        name = "status",
        description = {
            "Shows what runs and whether it works, and which isolation tiers the sandbox host offers.",
            "Exit code 0: all ready, 1: not all, 3: not running."
        },
        mixinStandardHelpOptions = true)
final class StatusCommand implements SuiteCommand {
    private final Context context;

    StatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        Console console = context.console();
        Optional<SuiteState> running = context.running();
        if (running.isEmpty()) {
            console.say("Mayfly is not running. Start it with: ./mayfly up --detach");
            return Exit.NOT_RUNNING;
        }
        SuiteState state = running.get();
        boolean allReady = state.components().stream().allMatch(c -> c.condition() == Condition.READY);
        String phase = state.phase().name().toLowerCase(Locale.ROOT);
        console.say("Mayfly is " + (allReady ? console.good(phase) : console.bad(phase)) + " at " + state.endpoint());
        console.say("");
        var table = new Table("COMPONENT", "STATE", "PORT", "PROCESS", "MEMORY", "RESTARTS", "FOR");
        for (ComponentState c : state.components()) {
            table.row(List.of(
                    c.name(),
                    c.condition().name().toLowerCase(Locale.ROOT),
                    Integer.toString(c.port()),
                    c.pid() == 0 ? "" : Long.toString(c.pid()),
                    Memory.resident(c.pid()).map(mb -> mb + " MB").orElse(""),
                    Integer.toString(c.restarts()),
                    duration(Duration.between(c.since(), Instant.now()))));
        }
        table.lines().forEach(console::say);
        state.components().stream()
                .filter(c -> !c.detail().isEmpty())
                .forEach(c -> console.say(c.name() + ": " + c.detail()));
        console.say("");
        for (Tiers.Tier tier : new Tiers(context).ofRunningHost()) {
            Tiers.lines(console, tier).forEach(console::say);
        }
        return allReady && state.phase() == SuiteState.Phase.READY ? Exit.OK : Exit.FAILURE;
    }

    static String duration(Duration duration) {
        if (duration.toDays() > 0) {
            return duration.toDays() + "d" + duration.toHoursPart() + "h";
        }
        if (duration.toHours() > 0) {
            return duration.toHours() + "h" + duration.toMinutesPart() + "m";
        }
        return duration.toMinutes() > 0
                ? duration.toMinutes() + "m" + duration.toSecondsPart() + "s"
                : Math.max(0, duration.toSeconds()) + "s";
    }
}
