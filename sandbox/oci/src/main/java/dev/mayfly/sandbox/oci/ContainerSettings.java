package dev.mayfly.sandbox.oci;

import java.nio.file.Path;

/**
 * How container sandboxes are run on a machine.
 *
 * @param folder names the owner: two owners of sandboxes on one machine have different folders. Nothing is written into it
 * @param runtimeFolder for what sandboxes are made of; a short path on a file system in memory, which every user may
 *     traverse, as a sandbox's root is not the machine's; default {@code /run/mayfly}
 * @param firstUid the first of the machine's user ids that sandboxes may use, 65,536 for each; nobody else may use them; default
 *     200,000
 * @param maxProcesses processes and threads in one sandbox; default 256
 * @param maxOpenFiles open files of one process; default 1,024, as on Lambda
 * @param maxTmpFiles files in {@code /tmp}; default 65,536
 * @param maxGatewayConnections connections from one sandbox to the gateway at a time; default 64
 */
public record ContainerSettings(
        Path folder,
        Path runtimeFolder,
        int firstUid,
        int maxProcesses,
        int maxOpenFiles,
        int maxTmpFiles,
        int maxGatewayConnections) {
    /** The defaults. */
    public static ContainerSettings of(Path folder) {
        return new ContainerSettings(folder, Path.of("/run/mayfly"), 200_000, 256, 1024, 65_536, 64);
    }
}
