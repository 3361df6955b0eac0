package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Makes ready what a version needs before its first sandbox. Who asks for the same revision meanwhile shares the work. */
@Component
public class Preparations {
    private static final Logger log = LoggerFactory.getLogger(Preparations.class);
    private static final int AT_A_TIME = 2;
    private static final int MOST_WAITING = 32;
    private static final String JAVA = "java";

    private final SandboxStarter starter;
    private final ConcurrentHashMap<String, CompletableFuture<Outcome>> running = new ConcurrentHashMap<>();
    private final Semaphore turns = new Semaphore(AT_A_TIME, true);

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

        /** Too much else is being prepared. */
        record Busy() implements Outcome {}
    }

    Preparations(SandboxStarter starter) {
        this.starter = starter;
    }

    public Outcome prepare(FunctionVersion version) throws InterruptedException {
        if (turns.getQueueLength() >= MOST_WAITING) {
            return new Outcome.Busy();
        }
        String key = version.key() + " " + version.revisionId();
        var mine = new CompletableFuture<Outcome>();
        var others = running.putIfAbsent(key, mine);
        try {
            if (others != null) {
                return others.get();
            }
            Outcome outcome = inTurn(version);
            mine.complete(outcome);
            return outcome;
        } catch (ExecutionException e) {
            return new Outcome.Elsewhere("The preparation was broken off");
        } finally {
            if (others == null) {
                running.remove(key);
                mine.complete(new Outcome.Elsewhere("The preparation was broken off"));
            }
        }
    }

    private Outcome inTurn(FunctionVersion version) throws InterruptedException {
        turns.acquire();
        try {
            starter.prepare(version);
            if (version.snapStart()) {
                starter.snapshot(version);
            } else if (version.runtime().startsWith(JAVA)) {
                tryCache(version);
            }
            return new Outcome.Ready();
        } catch (TierUnavailableException e) {
            return new Outcome.Elsewhere(String.valueOf(e.getMessage()));
        } catch (SandboxStartException e) {
            String message = String.valueOf(e.getMessage());
            return e.origin() == SandboxStartException.Cause.FUNCTION
                    ? new Outcome.Impossible(reason(e.errorType()), message)
                    : new Outcome.Elsewhere(message);
        } finally {
            turns.release();
        }
    }

    /** A function that cannot be initialised without its network still runs; it only starts more slowly. */
    private void tryCache(FunctionVersion version) throws InterruptedException, TierUnavailableException {
        try {
            starter.snapshot(version);
        } catch (SandboxStartException e) {
            log.info("{} has no ahead-of-time cache: {}", version.key(), e.getMessage());
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
