package dev.mayfly.cli;

import dev.mayfly.standalone.Launch;
import java.io.IOException;
import picocli.CommandLine.Command;

@Command(
        name = "build",
        description = {
            "Builds what is not built, and makes the JDK's ahead-of-time caches, so that the next start is fast.",
            "(The first start makes them too, in the background.)"
        },
        mixinStandardHelpOptions = true)
final class BuildCommand implements SuiteCommand {
    private final Context context;

    BuildCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (context.running().isPresent()) {
            context.console()
                    .say("Built. Mayfly runs from the build before; ./mayfly down && ./mayfly up takes the new one.");
            return Exit.OK;
        }
        context.console().note("Making ahead-of-time caches; this takes a minute or two ...");
        int exit = new Launch(context.settings(), context.distribution()).train();
        if (exit != 0) {
            throw new CommandFailure(
                    Exit.FAILURE,
                    "The caches could not be made; see " + context.home().log("supervisor"));
        }
        context.console().say("Built. Start with: ./mayfly up");
        return Exit.OK;
    }
}
