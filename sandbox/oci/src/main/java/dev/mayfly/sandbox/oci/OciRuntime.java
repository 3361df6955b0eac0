package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.linux.Cgroups;
import java.io.IOException;
import java.nio.file.Path;

/** A program with the OCI runtime command line, e.g. {@code runc}. */
interface OciRuntime {
    /** What a cgroup must allow so that a function may use {@code functionMb}. */
    int memoryMb(int functionMb);

    /** Its name and version. */
    String version() throws IOException, InterruptedException;

    /**
     * Starts a container and leaves it running.
     *
     * @param output a path that the program opens for the container's standard output and error
     * @param cgroup which its processes are to be in
     * @return process id of the container's first process
     * @throws IOException with the runtime's own words when it cannot
     */
    int run(String id, Path bundle, String output, Cgroups.Cgroup cgroup) throws IOException, InterruptedException;

    /** Removes what the runtime keeps about a container that has ended. */
    void forget(String id);
}
