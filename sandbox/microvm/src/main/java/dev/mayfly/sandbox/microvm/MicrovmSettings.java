package dev.mayfly.sandbox.microvm;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How virtual machines are run on a machine.
 *
 * @param folder names the owner: two owners of sandboxes on one machine have different folders. Images of functions' code
 *     and their snapshots are kept in it
 * @param cacheFolder where the guest image and the snapshots of runtimes without a function are kept; owners on one machine
 *     may share it, as nothing of any function is in it; default {@code /var/cache/mayfly/microvm}
 * @param runtimeFolder for what sandboxes are made of; a short path on a file system in memory; default {@code /run/mayfly}
 * @param firstUid the first of the machine's user ids that virtual machine monitors run as, one for each of at most 10,000;
 *     nobody else may use them; default 1,900,000,000
 * @param maxProcesses processes and threads of one function; default 256
 * @param maxOpenFiles open files of one process; default 1,024, as on Lambda
 * @param maxTmpFiles files in {@code /tmp}; default 65,536
 * @param shellMemoryMb memory that machines restored ahead of need, without a function yet, may take in all; 0 makes none;
 *     default 512
 * @param codeCacheMb disk space for images of functions' code; the least recently used go first; default 4,096
 * @param snapshotCacheMb disk space for snapshots of functions; the least recently used go first; default 8,192
 * @param bootTimeout after which a machine that has not greeted is given up, and another started, three times; default 60 s
 */
public record MicrovmSettings(
        Path folder,
        Path cacheFolder,
        Path runtimeFolder,
        int firstUid,
        int maxProcesses,
        int maxOpenFiles,
        int maxTmpFiles,
        int shellMemoryMb,
        int codeCacheMb,
        int snapshotCacheMb,
        Duration bootTimeout) {
    /** The defaults. */
    public static MicrovmSettings of(Path folder) {
        return new MicrovmSettings(
                folder,
                Path.of("/var/cache/mayfly/microvm"),
                Path.of("/run/mayfly"),
                1_900_000_000,
                256,
                1024,
                65_536,
                512,
                4096,
                8192,
                Duration.ofSeconds(60));
    }

    /** The same with another budget for machines restored ahead of need. */
    public MicrovmSettings withShellMemory(int megabytes) {
        return new MicrovmSettings(
                folder,
                cacheFolder,
                runtimeFolder,
                firstUid,
                maxProcesses,
                maxOpenFiles,
                maxTmpFiles,
                megabytes,
                codeCacheMb,
                snapshotCacheMb,
                bootTimeout);
    }
}
