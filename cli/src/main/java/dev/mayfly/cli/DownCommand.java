package dev.mayfly.cli;

import dev.mayfly.standalone.process.OwnProcesses;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;

@Command(
        name = "down",
        description = "Stops the suite in order and leaves no process behind. Data stays.",
        mixinStandardHelpOptions = true)
final class DownCommand implements SuiteCommand {
    private static final long PATIENCE_SECONDS = 60;

    private final Context context;

    DownCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Console console = context.console();
        Optional<ProcessHandle> supervisor = context.running().flatMap(Context::supervisor);
        if (supervisor.isPresent()) {
            console.progress("Stopping ...");
            supervisor.get().destroy();
            await(supervisor.get());
        }
        var own = new OwnProcesses(context.settings().home());
        List<ProcessHandle> left = own.find();
        OwnProcesses.kill(left);
        if (supervisor.isEmpty()) {
            new Tiers(context).recover();
        }
        console.progressDone();
        if (supervisor.isPresent()) {
            console.say("Mayfly is stopped.");
        } else if (left.isEmpty()) {
            console.say("Mayfly was not running.");
        } else {
            console.say("Mayfly's supervisor was gone; ended what it had left (" + left.size() + " processes).");
        }
        return Exit.OK;
    }

    private void await(ProcessHandle supervisor) throws InterruptedException {
        try {
            supervisor.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            context.console().note("The supervisor did not end in " + PATIENCE_SECONDS + " s; ending it.");
            OwnProcesses.kill(List.of(supervisor));
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("Waiting for the supervisor failed", e);
        }
    }
}
