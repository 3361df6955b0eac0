package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Promises memory to sandboxes, and ends those that are to go, so that theirs is free again. Thread-safe. */
final class Room {
    private static final Logger log = LoggerFactory.getLogger(Room.class);

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
        while (true) {
            PooledSandbox victim;
            synchronized (groups) {
                if (memory.promise(version.memoryMb())) {
                    return;
                }
                Optional<PooledSandbox> oldest = groups.longestIdle();
                if (oldest.isEmpty()) {
                    throw new NoRoomException("All " + memory.limitMb() + " MB for sandboxes are in use; "
                            + version.memoryMb() + " MB more are needed");
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
