package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.linux.Cgroups;
import dev.mayfly.sandbox.linux.GuestProcess;
import java.io.IOException;
import java.nio.file.Path;

/** A program with the OCI runtime command line, e.g. {@code runc}. */
interface OciRuntime {
    /**
     * A container to be started.
     *
     * @param bundle its folder
     * @param output a path that the program opens for the container's standard output and error
     * @param cgroup which its processes are to be in
     * @param network where its network namespace is opened
     * @param hostId the machine's user and group id that is 0 inside
     */
    record Order(String id, Path bundle, String output, Cgroups.Cgroup cgroup, Path network, long hostId) {}

    /** What a cgroup must allow so that a function may use {@code functionMb}. */
    int memoryMb(int functionMb);

    /** What a cgroup must allow so that a function may have that many processes and threads. */
    int processes(int functionProcesses);

    /** Whether it makes the cgroup that the bundle names, with the limits in it, else its processes enter one. */
    boolean makesCgroups();

    /**
     * Sends {@code SIGTERM} to the process inside, without waiting until it has arrived.
     *
     * @param first what {@link #run} has started
     */
    void terminate(Order order, GuestProcess first) throws IOException;

    /** Whether the bundle names the network and user namespaces, else the runtime is started in them. */
    boolean entersNamespaces();

    /**
     * Whether a mount reaches a running container that is made on a mount's root, not only one made below it: then layers can
     * be given to a shell.
     */
    boolean seesMountsOnRoots();

    /** Its name and version. */
    String version() throws IOException, InterruptedException;

    /**
     * Starts a container and leaves it running.
     *
     * @return process id of the first process
     * @throws IOException with the runtime's own words when it cannot
     */
    int run(Order order) throws IOException, InterruptedException;

    /** Removes what the runtime keeps, outside the bundle, about a container that has ended. */
    void forget(String id, long hostId);
}
