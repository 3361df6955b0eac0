package dev.mayfly.objects.testing;

import java.io.IOException;
import java.nio.file.Path;

/** A file system in memory that is soon full. */
public final class SmallDisk {
    private SmallDisk() {}

    /**
     * Whether it could be mounted.
     *
     * @param size as mount takes it, e.g. {@code 24m}
     */
    public static boolean mount(Path folder, String size) throws InterruptedException {
        return run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString()) == 0;
    }

    /** Also while files on it are open. */
    public static void unmount(Path folder) throws InterruptedException {
        run("umount", "-l", folder.toString());
    }

    private static int run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }
}
