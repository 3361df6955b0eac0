package dev.mayfly.standalone;

import dev.mayfly.standalone.home.Home;
import dev.mayfly.standalone.home.HomeLock;
import dev.mayfly.standalone.home.Settings;
import dev.mayfly.standalone.process.Launcher;
import dev.mayfly.standalone.process.OwnProcesses;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts a supervisor, from a copy of what was built: a later build does not disturb what runs. */
public final class Launch {
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final Settings settings;
    private final Home home;
    private final Path built;

    /** @param built the folder that the build of this module made */
    public Launch(Settings settings, Path built) {
        this.settings = settings;
        this.home = new Home(settings.home());
        this.built = built;
    }

    /**
     * Starts a supervisor, which tells what goes on in the state file.
     *
     * @param attached whether the suite stops when this process ends, however it ends
     * @return empty when another process has this home
     */
    public Optional<Process> start(boolean attached) throws IOException, InterruptedException {
        Optional<Distribution> copy = copyDistribution();
        if (copy.isEmpty()) {
            return Optional.empty();
        }
        var builder = new ProcessBuilder(command(copy.get(), attached ? List.of("--attached") : List.of()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        if (!attached) {
            builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        }
        return Optional.of(builder.start());
    }

    /** Makes the AOT caches that are missing, with no suite running. Returns an exit code. */
    public int train() throws IOException, InterruptedException {
        Optional<Distribution> copy = copyDistribution();
        if (copy.isEmpty()) {
            return Supervisor.BUSY;
        }
        return new ProcessBuilder(command(copy.get(), List.of("--train")))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start()
                .waitFor();
    }

    private Path log() throws IOException {
        Path log = home.log("supervisor");
        Launcher.limit(log);
        return log;
    }

    private Optional<Distribution> copyDistribution() throws IOException, InterruptedException {
        home.create();
        // What the last supervisor told is no news of the next.
        Optional<HomeLock> lock = HomeLock.tryAcquire(home);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try (HomeLock held = lock.get()) {
            OwnProcesses.kill(new OwnProcesses(settings.home()).findWithoutSupervisors());
            Files.deleteIfExists(home.state());
            return Optional.of(new Distribution(built).copyTo(home.cache().resolve("dist")));
        }
    }

    private List<String> command(Distribution distribution, List<String> options) throws IOException {
        var command = new ArrayList<String>();
        if (Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        }
        command.addAll(List.of(
                JavaCommand.java().toString(),
                new OwnProcesses(settings.home()).mark(),
                OwnProcesses.SUPERVISOR,
                "-Xmx192m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:MaxHeapFreeRatio=20",
                "-XX:MinHeapFreeRatio=10",
                "-Xshare:auto",
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + home.cache().resolve("supervisor.jsa"),
                "-Xlog:disable",
                "-jar",
                distribution
                        .module("standalone")
                        .orElseThrow(() -> new IOException("No supervisor in " + built + ". Build it: ./mayfly build"))
                        .toString(),
                distribution.root().toString()));
        command.addAll(options);
        return command;
    }
}
