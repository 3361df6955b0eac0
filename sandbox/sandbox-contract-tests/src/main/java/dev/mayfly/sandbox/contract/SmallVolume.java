package dev.mayfly.sandbox.contract;

import dev.mayfly.sandbox.api.Volume;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A volume that holds little: a file system of its own, in a file. */
record SmallVolume(Path folder) {
    private static final String MAKE =
            "set -e; mkdir -p \"$0/mount\"; truncate -s 16M \"$0/image\"; mkfs.ext4 -q -F -m 0 -J size=4 \"$0/image\";"
                    + " mount -o loop,nosuid,nodev \"$0/image\" \"$0/mount\"; mkdir \"$0/mount/files\";"
                    + " chown " + Volume.OWNER + ":" + Volume.OWNER + " \"$0/mount/files\"";

    /** The test is aborted where none can be mounted. */
    static SmallVolume mount(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Process making = new ProcessBuilder("/bin/sh", "-c", MAKE, folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(making.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assumptions.assumeTrue(making.waitFor() == 0, "No file system can be mounted here: " + said);
        return new SmallVolume(folder.toAbsolutePath());
    }

    /** What functions see. */
    Path files() {
        return folder.resolve("mount/files");
    }

    void unmount() throws IOException, InterruptedException {
        new ProcessBuilder("umount", folder.resolve("mount").toString())
                .inheritIO()
                .start()
                .waitFor();
    }
}
