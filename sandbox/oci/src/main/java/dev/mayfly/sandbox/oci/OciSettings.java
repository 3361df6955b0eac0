package dev.mayfly.sandbox.oci;

import java.nio.file.Path;

/**
 * How sandboxes of an OCI runtime are run on a machine.
 *
 * @param folder names the owner: two owners of sandboxes on one machine have different folders. In it lie the ahead-of-time
 *     caches of functions in Java
 * @param runtimeFolder for what sandboxes are made of; a short path on a file system in memory, which every user may
 *     traverse, as a sandbox's root is not the machine's; default {@code /run/mayfly}
 * @param firstUid the first of the machine's user ids that sandboxes may use, 65,536 for each of at most 10,000; nobody else
 *     may use them; default 200,000 for containers, 700,000,000 for gVisor
 * @param maxProcesses processes and threads in one sandbox; default 256
 * @param maxOpenFiles open files of one process; default 1,024, as on Lambda
 * @param maxTmpFiles files in {@code /tmp}; default 65,536
 * @param maxGatewayConnections connections from one sandbox to the gateway at a time; default 64
 * @param shellMemoryMb memory that sandboxes started ahead of need, without a function yet, may take in all; 0 makes none;
 *     default 512
 */
public record OciSettings(
        Path folder,
        Path runtimeFolder,
        int firstUid,
        int maxProcesses,
        int maxOpenFiles,
        int maxTmpFiles,
        int maxGatewayConnections,
        int shellMemoryMb) {
    /** The defaults for containers. */
    public static OciSettings container(Path folder) {
        return new OciSettings(folder, Path.of("/run/mayfly"), 200_000, 256, 1024, 65_536, 64, 512);
    }

    /** The defaults for gVisor. */
    public static OciSettings gvisor(Path folder) {
        return new OciSettings(folder, Path.of("/run/mayfly"), 700_000_000, 256, 1024, 65_536, 64, 512);
    }

    /** The same with another budget for shells. */
    public OciSettings withShellMemory(int megabytes) {
        return new OciSettings(
                folder,
                runtimeFolder,
                firstUid,
                maxProcesses,
                maxOpenFiles,
                maxTmpFiles,
                maxGatewayConnections,
                megabytes);
    }
}
