package dev.mayfly.sandbox.contract;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A technology with guests in one language. Its class is public with a public constructor without parameters: a test also
 * starts it in a process of its own, which it kills.
 */
public interface TechnologyUnderTest {
    /** The technology, with everything that it makes on the machine tied to {@code folder}. */
    SandboxTechnology open(Path folder);

    /**
     * The guest that behaves so, written into {@code folder}.
     *
     * @return null when this technology's guests cannot do such a thing at all, e.g. start a process
     */
    @Nullable
    FunctionCode guest(Behaviour behaviour, Path folder) throws IOException;

    /** Every process, mount, cgroup, socket and file of a sandbox of {@code folder} that is on the machine now. */
    List<String> traces(Path folder) throws IOException;

    /** Whether a process is reused, so that what one invocation left in memory is there for the next. */
    boolean keepsState();

    /** Whether the function's init phase runs user code, so that it can fail. */
    boolean hasInit();

    /** Whether guests have a writable {@code /tmp}; those without it have no files at all. */
    default boolean hasTmp() {
        return true;
    }

    /**
     * Whether guests run on a kernel that is not the machine's. System calls may succeed there that the machine's kernel must
     * refuse, as long as they change nothing outside.
     */
    default boolean hasOwnKernel() {
        return false;
    }

    /** Whether a sandbox has the processor share that its size gives, and no more. */
    default boolean limitsCpu() {
        return true;
    }

    /** The machine's processes that sandboxes of {@code folder} consist of, for a test that kills them. */
    default List<ProcessHandle> processes(Path folder) throws IOException {
        return List.of();
    }

    /**
     * Whether a sandbox sees the folder of volumes and all volumes as one mount, which is writable then; the folder itself is not,
     * because its owner is not in the sandbox.
     */
    default boolean hasOneMountForVolumes() {
        return false;
    }

    /** Whether a lock that a sandbox has on a volume's file keeps other sandboxes out, else only its own processes. */
    default boolean locksAcrossSandboxes() {
        return true;
    }

    /** Whether a sandbox can be given the way to the internet that {@code egress} asks for. */
    default boolean hasEgress() {
        return false;
    }
}
