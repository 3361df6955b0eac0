package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.guest.Bootstraps;
import dev.mayfly.sandbox.guest.JavaRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The image that every machine starts from: kernel, first stage, root file system, and the programs around it. The script
 * {@code image/build.sh} makes it, once, out of the distribution's packages.
 */
record GuestImage(Path directory) {
    private static final Logger log = LoggerFactory.getLogger(GuestImage.class);
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);

    /** Several; those of earlier versions go in time. */
    private static final long MOST_BYTES = 2L << 30;

    private static final List<String> SOURCES = List.of(
            "build.sh",
            "init",
            "agent.h",
            "agent.c",
            "port.c",
            "streams.c",
            "function.c",
            "log.c",
            "volume.c",
            "fileserver.h",
            "fileserver.c",
            "filecalls.c",
            "filenodes.c",
            "filelocks.c",
            "jailer.c",
            "readonly.c",
            "tsc.c");

    /**
     * Builds the image, unless it is there.
     *
     * @throws IOException with what is missing and how to install it
     */
    static GuestImage build(Path cache) throws IOException, InterruptedException {
        Files.createDirectories(cache);
        Path sources = Files.createTempDirectory(cache, ".sources");
        try {
            for (String name : SOURCES) {
                try (InputStream resource =
                        Objects.requireNonNull(GuestImage.class.getResourceAsStream("image/" + name), name)) {
                    Files.copy(resource, sources.resolve(name));
                }
            }
            Path runtime = sources.resolve("runtime");
            Bootstraps.writeTo(runtime);
            Path java = JavaRuntime.home();
            String image = Commands.run(
                    List.of(
                            "/bin/sh",
                            sources.resolve("build.sh").toString(),
                            sources.toString(),
                            cache.resolve("images").toString(),
                            runtime.toString(),
                            java == null ? "" : java.toString()),
                    BUILD_LIMIT,
                    line -> log.info("{}", line));
            Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxr-xr-x"));
            DiskCache images = new DiskCache(cache.resolve("images"), MOST_BYTES, DiskCache::allocatedBytes);
            GuestImage built = new GuestImage(Path.of(image));
            images.find(built.digest());
            images.added(built.directory);
            return built;
        } finally {
            VmHome.deleteTree(sources);
        }
    }

    /** The digest of all that it is made of. */
    String digest() {
        return Objects.requireNonNull(directory.getFileName()).toString();
    }

    Path jailer() {
        return directory.resolve("jailer");
    }

    /** Serves a volume's files to one guest. */
    Path fileServer() {
        return directory.resolve("fileserver");
    }

    /** Makes an older QEMU open a guest's memory without the right to write: see its source. */
    Path readOnlyMemory() {
        return directory.resolve("readonly.so");
    }

    /** How fast this machine's time stamp counter runs, in kHz: what an emulated guest must be told. */
    int counterKilohertz() throws IOException, InterruptedException {
        String line = Commands.run(List.of(directory.resolve("tsc").toString()), Duration.ofSeconds(10), _ -> {});
        return Integer.parseInt(line);
    }
}
