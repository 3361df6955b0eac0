package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.hosting.HostPreparation;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes ready what a version needs before its first sandbox: a few at a time, each within its limit, and with memory that is
 * promised to it like a sandbox's. Who asks for the same revision meanwhile shares the work. Thread-safe.
 */
public final class Preparations {
    private static final Logger log = LoggerFactory.getLogger(Preparations.class);
    private static final int AT_A_TIME = 2;
    private static final Duration ROOM_WAIT = Duration.ofSeconds(10);

    /** How long what has reached its limit has to end by itself, and again how long once it is interrupted. */
    private static final Duration LAST_WORDS = HostPreparation.ENDING.dividedBy(2);

    private static final String JAVA = "java";

    private final Compiler compiler;
    private final Snapshots.Taker taker;
    private final Room room;
    private final Duration turnWait;
    private final Duration roomWait;
    private final ConcurrentHashMap<String, CompletableFuture<Outcome>> running = new ConcurrentHashMap<>();
    private final PreparationPlaces places = new PreparationPlaces(AT_A_TIME);

    /** Fetches and compiles the code of a version; seen by tests. */
    @FunctionalInterface
    interface Compiler {
        void prepare(FunctionVersion version)
                throws SandboxStartException, TierUnavailableException, InterruptedException;
    }

    /** How it ended. */
    public sealed interface Outcome {
        record Ready() implements Outcome {}

        /**
         * The code can never run.
         *
         * @param code the reason as the Lambda API names it
         */
        record Impossible(String code, String message) implements Outcome {}

        /** Not here, or not now. */
        record Elsewhere(String message) implements Outcome {}

        /** It waited, and there was never a place or memory for it. */
        record Busy(String message) implements Outcome {}
    }

    /**
     * @param turnWait how long it may take until there is a place
     * @param roomWait how long it may take until there is memory
     */
    Preparations(Compiler compiler, Snapshots.Taker taker, Room room, Duration turnWait, Duration roomWait) {
        this.compiler = compiler;
        this.taker = taker;
        this.room = room;
        this.turnWait = turnWait;
        this.roomWait = roomWait;
    }

    static Preparations of(SandboxStarter starter, SandboxPool pool) {
        return new Preparations(starter::prepare, starter, pool.room(), HostPreparation.TURN_WAIT, ROOM_WAIT);
    }

    /** @param within how long it may take once it has a place */
    public Outcome prepare(FunctionVersion version, Duration within) throws InterruptedException {
        String key = version.key() + " " + version.revisionId();
        var mine = new CompletableFuture<Outcome>();
        var others = running.putIfAbsent(key, mine);
        try {
            return others != null ? others.get() : inTurn(key, version, within, mine);
        } catch (ExecutionException e) {
            throw new IllegalStateException("No preparation fails", e);
        }
    }

    /** How many of an account wait for their turn; seen by tests. */
    int waiting(String accountId) {
        return places.waiting(accountId);
    }

    private Outcome inTurn(String key, FunctionVersion version, Duration within, CompletableFuture<Outcome> mine)
            throws InterruptedException, ExecutionException {
        PreparationPlaces.@Nullable Place place = null;
        try {
            place = places.take(version.accountId(), turnWait);
        } finally {
            if (place == null) {
                running.remove(key);
                mine.complete(new Outcome.Busy("Too many versions are being prepared"));
            }
        }
        if (place == null) {
            return mine.get();
        }
        var taken = place;
        Thread worker = Thread.ofVirtual().name("prepare-" + version.key()).start(() -> {
            Outcome outcome = new Outcome.Elsewhere("The preparation was broken off");
            try (taken) {
                outcome = make(version, within);
            } finally {
                running.remove(key);
                mine.complete(outcome);
            }
        });
        return awaitEnd(worker, within, mine);
    }

    private static Outcome awaitEnd(Thread worker, Duration within, CompletableFuture<Outcome> end)
            throws InterruptedException, ExecutionException {
        try {
            return end.get(within.plus(LAST_WORDS).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            worker.interrupt();
            throw e;
        } catch (TimeoutException e) {
            worker.interrupt();
            return end.completeOnTimeout(
                            new Outcome.Elsewhere("The preparation took longer than " + within.toSeconds() + " s"),
                            LAST_WORDS.toMillis(),
                            TimeUnit.MILLISECONDS)
                    .get();
        }
    }

    private Outcome make(FunctionVersion version, Duration within) {
        long until = System.nanoTime() + within.toNanos();
        try {
            compiler.prepare(version);
            if (version.snapStart()) {
                snapshot(version, until);
            } else if (version.runtime().startsWith(JAVA)) {
                tryCache(version, until);
            }
            return new Outcome.Ready();
        } catch (TierUnavailableException e) {
            return new Outcome.Elsewhere(String.valueOf(e.getMessage()));
        } catch (NoRoomException e) {
            return new Outcome.Busy(String.valueOf(e.getMessage()));
        } catch (SandboxStartException e) {
            String message = String.valueOf(e.getMessage());
            return e.origin() == SandboxStartException.Cause.FUNCTION
                    ? new Outcome.Impossible(reason(e.errorType()), message)
                    : new Outcome.Elsewhere(message);
        } catch (InterruptedException e) {
            return new Outcome.Elsewhere("The preparation took longer than " + within.toSeconds() + " s");
        }
    }

    private void snapshot(FunctionVersion version, long until)
            throws NoRoomException, SandboxStartException, TierUnavailableException, InterruptedException {
        int memory = taker.memoryMb(version);
        if (memory > room.limitMb()) {
            throw SandboxStartException.platform(
                    "This takes " + memory + " MB, and this host has " + room.limitMb() + " MB for sandboxes", null);
        }
        room.reserve(memory, roomWait);
        try {
            taker.take(version, Duration.ofNanos(Math.max(1_000_000, until - System.nanoTime())));
        } finally {
            room.giveBack(memory);
        }
    }

    /**
     * A function that cannot be initialised without its network, or in time, still runs; it only starts more slowly. Where there
     * was no memory for its cache, that is made after its first cold start, like on any other host.
     */
    private void tryCache(FunctionVersion version, long until) throws TierUnavailableException {
        try {
            snapshot(version, until);
        } catch (SandboxStartException | NoRoomException e) {
            log.info("{} has no ahead-of-time cache: {}", version.key(), e.getMessage());
        } catch (InterruptedException e) {
            log.info("{} has no ahead-of-time cache: it was not made in time", version.key());
        }
    }

    private static String reason(String errorType) {
        return switch (errorType) {
            case "InvalidZipFileException", "InvalidImage" -> errorType;
            case "Sandbox.Timedout" -> "FunctionError.InitTimeout";
            case "Runtime.InvalidEntrypoint" -> "FunctionError.InvalidEntryPoint";
            case "Runtime.InvalidWorkingDir" -> "FunctionError.InvalidWorkingDirectory";
            case "Runtime.OutOfMemory" -> "FunctionError.InitResourceExhausted";
            default -> "FunctionError.RuntimeInitError";
        };
    }
}
