package dev.mayfly.standalone;

import dev.mayfly.standalone.home.ComponentState;
import dev.mayfly.standalone.home.HomeLock;
import dev.mayfly.standalone.home.InvalidSettingException;
import dev.mayfly.standalone.home.Settings;
import dev.mayfly.standalone.process.OwnProcesses;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The process that runs a suite: holds the lock of its home, cleans up after a predecessor that was killed, starts all
 * components and keeps them running until it is told to stop by SIGTERM, or by the end of its standard input when it was
 * started with {@code --attached}. Tells what goes on in the state file of its home.
 */
public final class Supervisor {
    /** The suite could not be started. */
    public static final int FAILED = 1;
    /** Settings that cannot be used. */
    public static final int USAGE = 2;
    /** Another supervisor has this home. */
    public static final int BUSY = 4;

    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(5);

    private Supervisor() {}

    /** Arguments: the folder of the distribution, then optionally {@code --attached} and {@code --train}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        var arguments = List.of(args);
        Settings settings;
        try {
            settings = Settings.from(System.getenv());
        } catch (InvalidSettingException e) {
            say(String.valueOf(e.getMessage()));
            System.exit(USAGE);
            return;
        }
        var own = new OwnProcesses(settings.home());
        var distribution = new Distribution(Path.of(arguments.getFirst()));
        Installation installation = Installation.open(settings, distribution, own.mark());
        Optional<HomeLock> lock = acquire(installation);
        if (lock.isEmpty()) {
            say("Another process starts or runs Mayfly in " + settings.home());
            System.exit(BUSY);
            return;
        }
        OwnProcesses.kill(own.findWithoutSupervisors());
        var suite = new Suite(installation, Supervisor::say);
        if (arguments.contains("--train")) {
            System.exit(suite.trainOnly() ? 0 : FAILED);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(suite::stop, "stop"));
        if (arguments.contains("--attached")) {
            Thread.ofPlatform().daemon().name("attached").start(Supervisor::exitWithParent);
        }
        if (!suite.start()) {
            System.exit(FAILED);
        }
        suite.trainInBackground();
        suite.awaitStop();
    }

    private static Optional<HomeLock> acquire(Installation installation) throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(LOCK_PATIENCE);
        var tick = new java.util.concurrent.CountDownLatch(1);
        while (true) {
            Optional<HomeLock> lock = HomeLock.tryAcquire(installation.home());
            if (lock.isPresent() || Instant.now().isAfter(deadline)) {
                return lock;
            }
            // The command line holds the lock for a moment while it copies the distribution.
            tick.await(100, java.util.concurrent.TimeUnit.MILLISECONDS);
        }
    }

    private static void exitWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is said on this line; its end is the message.
            }
        } catch (IOException e) {
            say("Standard input broke: " + e.getMessage());
        }
        System.exit(0);
    }

    @SuppressWarnings("SystemOut")
    private static void say(String message) {
        PrintStream log = System.out;
        log.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + message);
    }

    static String describe(ComponentState state) {
        return state.name() + " " + state.condition().name().toLowerCase(java.util.Locale.ROOT)
                + (state.pid() == 0 ? "" : " (process " + state.pid() + ")")
                + (state.detail().isEmpty() ? "" : ": " + state.detail());
    }
}
