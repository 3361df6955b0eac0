package dev.mayfly.sandbox.guest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

/** Our runtimes' programs, which guests find in {@code /var/runtime}. */
public final class Bootstraps {
    private static final List<String> PROGRAMS =
            List.of("bootstrap.cjs", "bootstrap.py", "rehearsal.js", "rehearsal.py", "launch.sh");

    /** AWS's runtime interface client for Java, with what it needs; in {@code lib}. */
    static final List<String> JARS = List.of(
            "aws-lambda-java-core.jar",
            "aws-lambda-java-runtime-interface-client.jar",
            "aws-lambda-java-serialization.jar",
            "utils-lite.jar");

    private Bootstraps() {}

    /** Writes them into {@code folder}, readable by every user. */
    public static void writeTo(Path folder) throws IOException {
        write(PROGRAMS, "runtime/", folder);
        write(JARS, "runtime/lib/", folder.resolve("lib"));
    }

    private static void write(List<String> programs, String from, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String program : programs) {
            try (InputStream resource = Objects.requireNonNull(Bootstraps.class.getResourceAsStream(from + program))) {
                Path file = folder.resolve(program);
                Files.write(file, resource.readAllBytes());
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            }
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
