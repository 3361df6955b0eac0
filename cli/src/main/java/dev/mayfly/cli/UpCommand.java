package dev.mayfly.cli;

import dev.mayfly.standalone.Launch;
import dev.mayfly.standalone.home.Credentials;
import dev.mayfly.standalone.home.SuiteState;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "up",
        description = {
            "Starts the suite: Kafka, PostgreSQL and all services, and waits until it is ready.",
            "In the foreground it runs until Ctrl-C. Builds first what is not built."
        },
        mixinStandardHelpOptions = true)
final class UpCommand implements SuiteCommand {
    private static final long TICK_MILLIS = 100;

    private final Context context;

    @Option(
            names = {"-d", "--detach"},
            description = "Return when the suite is ready and leave it running.")
    private boolean detach;

    UpCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<SuiteState> running = context.running();
        if (running.isPresent()) {
            return alreadyThere(running.get());
        }
        var launch = new Launch(context.settings(), context.distribution());
        Optional<Process> started = launch.start(!detach);
        if (started.isEmpty()) {
            return context.running().map(this::waitOrSay).orElseGet(this::busy);
        }
        Process supervisor = started.get();
        var stop = new Thread(() -> stop(supervisor), "stop");
        if (!detach) {
            Runtime.getRuntime().addShutdownHook(stop);
        }
        int exit = follow(supervisor);
        return exit != Exit.OK || detach ? exit : stay(supervisor);
    }

    private int alreadyThere(SuiteState state) {
        if (state.phase() == SuiteState.Phase.READY) {
            context.console()
                    .say("Mayfly is already running at " + state.endpoint()
                            + ". Nothing to do. (./mayfly status, ./mayfly down)");
            return Exit.OK;
        }
        return waitOrSay(state);
    }

    private int waitOrSay(SuiteState state) {
        return switch (state.phase()) {
            case READY -> alreadyThere(state);
            case STARTING -> detach ? waitForOther() : busy();
            case STOPPING, FAILED -> busy();
        };
    }

    private int busy() {
        context.console()
                .note("Another process is starting or stopping Mayfly in "
                        + context.settings().home() + ". See: ./mayfly status");
        return Exit.BUSY;
    }

    private int waitForOther() {
        context.console().note("Another process is starting Mayfly; waiting for it.");
        try {
            var progress = new StartProgress(context.console());
            Optional<SuiteState> state = context.running();
            while (state.isPresent() && state.get().phase() == SuiteState.Phase.STARTING) {
                progress.show(state.get());
                TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
                state = context.running();
            }
            progress.done();
            return state.map(this::alreadyThere).orElse(Exit.FAILURE);
        } catch (IOException e) {
            throw new CommandFailure(Exit.FAILURE, "The state file cannot be read: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Exit.FAILURE;
        }
    }

    /** Shows the start until it is over. */
    private int follow(Process supervisor) throws IOException, InterruptedException {
        var progress = new StartProgress(context.console());
        while (true) {
            boolean alive = !supervisor.waitFor(TICK_MILLIS, TimeUnit.MILLISECONDS);
            Optional<SuiteState> state = SuiteState.read(context.home().state())
                    .filter(s -> s.supervisor().startsWith(supervisor.pid() + "@"));
            if (state.isPresent()) {
                progress.show(state.get());
                if (state.get().phase() == SuiteState.Phase.READY) {
                    progress.done();
                    summary(state.get());
                    return Exit.OK;
                }
            }
            if (!alive) {
                progress.done();
                return ended(supervisor, state);
            }
        }
    }

    private int ended(Process supervisor, Optional<SuiteState> state) {
        if (supervisor.exitValue() == Exit.BUSY) {
            return busy();
        }
        String why = state.map(SuiteState::message)
                .filter(m -> !m.isEmpty())
                .orElse("The supervisor ended with code " + supervisor.exitValue() + ". Its log: "
                        + context.home().log("supervisor"));
        throw new CommandFailure(Exit.FAILURE, why);
    }

    private void summary(SuiteState state) throws IOException {
        Console console = context.console();
        Duration took = Duration.between(state.startedAt(), state.readyAt());
        console.say(console.good("Mayfly is ready") + " at " + console.strong(state.endpoint()) + " after "
                + "%.1f s.".formatted(took.toMillis() / 1000.0));
        console.say("");
        console.say("  eval \"$(./mayfly env)\"     points the aws cli and the SDKs of this shell at it");
        console.say("  ./mayfly status | usage | logs SERVICE --follow | down");
        Credentials.load(context.home())
                .ifPresent(c -> console.say("  access key " + c.accessKeyId() + " (owner of account 000000000000)"));
        console.say("");
        for (Tiers.Tier tier : new Tiers(context).ofRunningHost()) {
            Tiers.lines(console, tier).forEach(line -> console.say("  " + line));
        }
        if (!detach) {
            console.say("");
            console.say(console.dim("Ctrl-C stops it."));
        }
    }

    /** Stays in the foreground and tells what changes, until the suite ends. */
    private int stay(Process supervisor) throws IOException, InterruptedException {
        var changes = new Changes(context.console());
        while (!supervisor.waitFor(TICK_MILLIS * 5, TimeUnit.MILLISECONDS)) {
            Optional<SuiteState> state = SuiteState.read(context.home().state());
            state.ifPresent(changes::show);
        }
        return supervisor.exitValue() == 0 ? Exit.OK : Exit.FAILURE;
    }

    /** Ctrl-C, or the end of the terminal. */
    private void stop(Process supervisor) {
        if (supervisor.isAlive()) {
            context.console().note(System.lineSeparator() + "Stopping ...");
            supervisor.destroy();
            try {
                supervisor.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            context.console().note("Stopped.");
        }
    }
}
