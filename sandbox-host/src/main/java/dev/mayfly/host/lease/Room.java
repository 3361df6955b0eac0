package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Promises memory to sandboxes, and ends those that are to go, so that theirs is free again. Thread-safe. */
final class Room {
    private static final Logger log = LoggerFactory.getLogger(Room.class);

    /** A sandbox that becomes idle gives nothing back, and can be ended: who waits for memory looks so often. */
    private static final long LOOK_NANOS = 250_000_000;

    private final FunctionGroups groups;
    private final PromisedMemory memory;
    private final ExecutorService background;

    Room(FunctionGroups groups, PromisedMemory memory, ExecutorService background) {
        this.groups = groups;
        this.memory = memory;
        this.background = background;
    }

    /** Promises the memory of one sandbox; ends idle ones for it when it must. */
    void reserve(FunctionVersion version) throws NoRoomException {
        reserve(version.memoryMb());
    }

    /** Promises so much to what is no sandbox, and waits for it at most so long. */
    void reserve(int memoryMb, Duration atMost) throws NoRoomException, InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        while (true) {
            try {
                reserve(memoryMb);
                return;
            } catch (NoRoomException e) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    throw e;
                }
                memory.awaitGivenBack(Math.min(left, LOOK_NANOS));
            }
        }
    }

    private void reserve(int memoryMb) throws NoRoomException {
        while (true) {
            PooledSandbox victim;
            synchronized (groups) {
                if (memory.promise(memoryMb)) {
                    return;
                }
                Optional<PooledSandbox> oldest = groups.longestIdle();
                boolean enough = memory.promisedMb() - groups.spareMb() + memoryMb <= memory.limitMb();
                if (oldest.isEmpty() || !enough) {
                    throw new NoRoomException("All " + memory.limitMb() + " MB for sandboxes are in use; " + memoryMb
                            + " MB more are needed");
                }
                victim = oldest.get();
                groups.of(victim.version()).idle.remove(victim);
            }
            // Somebody waits for its memory: there is no time for a shutdown phase.
            end(victim, PooledSandbox::close);
        }
    }

    /** Promises the memory of one sandbox if that much is free. */
    boolean reserveFree(FunctionVersion version) {
        return memory.promise(version.memoryMb());
    }

    /** A sandbox of {@code version} for which memory was reserved did not come to be. */
    void giveBack(FunctionVersion version) {
        memory.giveBack(version.memoryMb());
    }

    /** What is no sandbox needs it no longer. */
    void giveBack(int memoryMb) {
        memory.giveBack(memoryMb);
    }

    long limitMb() {
        return memory.limitMb();
    }

    /** It needs its memory no longer. Called with the groups' monitor held. */
    void takeBack(PooledSandbox sandbox) {
        memory.giveBack(sandbox.promisedMb());
        sandbox.promise(0);
    }

    /** Ends those idle ones. Called with the groups' monitor held. */
    void drain(FunctionGroup group, Predicate<PooledSandbox> which) {
        group.idle.removeIf(sandbox -> {
            boolean goes = which.test(sandbox);
            if (goes) {
                endLater(sandbox);
            }
            return goes;
        });
    }

    /** Ends the idle ones that are missed least, for as long as {@code which} holds. Called with the groups' monitor held. */
    void trim(FunctionGroup group, Predicate<PooledSandbox> which) {
        for (var least = group.leastMissed(); least != null && which.test(least); least = group.leastMissed()) {
            group.idle.remove(least);
            endLater(least);
        }
    }

    /** Ends one that is in no group any more, beside what the caller does. */
    void endLater(PooledSandbox sandbox) {
        background.execute(() -> end(sandbox));
    }

    /** Ends one that is in no group any more, after its shutdown phase. */
    void end(PooledSandbox sandbox) {
        end(sandbox, PooledSandbox::retire);
    }

    private void end(PooledSandbox sandbox, Consumer<PooledSandbox> how) {
        try {
            how.accept(sandbox);
        } catch (RuntimeException e) {
            log.error(
                    "Sandbox {} could not be cleaned up whole",
                    sandbox.sandbox().id(),
                    e);
        } finally {
            synchronized (groups) {
                takeBack(sandbox);
                groups.forgetIfUnused(sandbox.version().key());
            }
        }
    }
}
