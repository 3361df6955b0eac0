package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.hosting.HostPreparation;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the state of each revision kept after its first cold start, where its tier can keep it: one at a time, beside the
 * invocations, and only while there is memory for it.
 */
final class Snapshots implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Snapshots.class);

    /** Keeps the state of one function version; seen by tests. */
    @FunctionalInterface
    interface Taker {
        /** @param most how long the init phase may take at most */
        void take(FunctionVersion version, Duration most)
                throws SandboxStartException, TierUnavailableException, InterruptedException;

        /** What it takes of the host's memory meanwhile, in MB. */
        default int memoryMb(FunctionVersion version) throws TierUnavailableException {
            return version.memoryMb();
        }
    }

    private final Taker taker;
    private final PromisedMemory memory;
    private final Predicate<FunctionVersion> wanted;
    private final Map<String, String> revisions = new ConcurrentHashMap<>();
    private final ExecutorService oneByOne = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("snapshots").factory());

    /** @param wanted whether a version is still the one that runs */
    Snapshots(Taker taker, PromisedMemory memory, Predicate<FunctionVersion> wanted) {
        this.taker = taker;
        this.memory = memory;
        this.wanted = wanted;
    }

    /** A sandbox of {@code version} was started and works. */
    void started(FunctionVersion version, boolean restored) {
        String before = revisions.put(version.key(), version.revisionId());
        if (!restored && !version.revisionId().equals(before)) {
            oneByOne.execute(() -> take(version));
        }
    }

    void forget(String functionKey) {
        revisions.remove(functionKey);
    }

    private void take(FunctionVersion version) {
        try {
            take(version, taker.memoryMb(version));
        } catch (SandboxStartException | TierUnavailableException e) {
            log.info("No snapshot of {} was taken: {}", version.key(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(FunctionVersion version, int memoryMb)
            throws SandboxStartException, TierUnavailableException, InterruptedException {
        if (!wanted.test(version) || !memory.promise(memoryMb)) {
            // The next cold start asks again.
            revisions.remove(version.key(), version.revisionId());
            return;
        }
        try {
            taker.take(version, HostPreparation.USUAL);
        } finally {
            memory.giveBack(memoryMb);
        }
    }

    /** Ends what is being taken. */
    @Override
    public void close() {
        oneByOne.shutdownNow();
        oneByOne.close();
    }
}
