package dev.mayfly.sandbox.api;

import dev.mayfly.contracts.function.Isolation;
import java.util.List;

/**
 * A way to run hostile code: one implementation a technology. Thread-safe.
 *
 * <p>An implementation owns a folder and a name prefix for all that it makes on the machine (processes, mounts, cgroups,
 * files), so that {@link #recover} finds what a killed predecessor left.
 */
public interface SandboxTechnology extends AutoCloseable {
    Isolation isolation();

    /** Whether this machine can run it, found out by running something, within a time limit. Never throws. */
    Availability check();

    /** The runtimes it can offer here, e.g. {@code nodejs20.x}; empty when unavailable. */
    List<String> runtimes();

    /**
     * Removes every process, mount, cgroup and file that an earlier, killed owner of the same folder left. Called before
     * anything else: what this owner has made ahead of need would go too.
     */
    void recover();

    /**
     * Makes ready for {@code code} what can be made ready before a sandbox is needed (compiling a module). Idempotent.
     *
     * @throws SandboxStartException when the code can never run, with the error that its caller should see
     */
    default void prepare(FunctionCode code) throws SandboxStartException {}

    /**
     * Keeps the state of the function after its init phase, so that later starts of the same code, handler, environment and
     * sizes restore it instead of running the init phase. It runs user code, in a sandbox of its own. Idempotent; does
     * nothing where the technology has no snapshots. Each copy has randomness, a clock and credentials of its own.
     *
     * @throws SandboxStartException as {@link #start} does
     */
    default void snapshot(SandboxSpec spec) throws SandboxStartException, InterruptedException {}

    /** What {@link #snapshot} takes of the machine's memory while it works, in MB; 0 where it does nothing. */
    default int snapshotMb(String runtime, int memoryMb) {
        return 0;
    }

    /**
     * Starts a sandbox, runs the function's init phase and returns it ready to invoke.
     *
     * @throws SandboxStartException when the function's init fails, exits or takes longer than allowed, or the platform
     *     cannot start it; nothing is left behind then
     */
    Sandbox start(SandboxSpec spec) throws SandboxStartException, InterruptedException;

    /** Ends every sandbox. */
    @Override
    void close();
}
