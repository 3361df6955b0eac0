package dev.mayfly.standalone.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder that holds everything an installation keeps.
 *
 * @param root absolute
 */
public record Home(Path root) {
    /** Makes the folder and its parts, readable by the owner only. */
    public void create() throws IOException {
        for (Path folder : new Path[] {root, data(), logs(), run(), cache(), aotCaches()}) {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        }
    }

    public Path data() {
        return root.resolve("data");
    }

    public Path logs() {
        return root.resolve("logs");
    }

    /** The log of a component of the suite. */
    public Path log(String component) {
        return logs().resolve(component + ".log");
    }

    /** What is true only while the suite runs. */
    public Path run() {
        return root.resolve("run");
    }

    public Path state() {
        return run().resolve("state");
    }

    /** Everything here can be deleted and comes back by itself. */
    public Path cache() {
        return root.resolve("cache");
    }

    public Path aotCaches() {
        return cache().resolve("aot");
    }

    public Path credentialsFile() {
        return root.resolve("credentials");
    }

    public Path keysFile() {
        return root.resolve("keys");
    }
}
