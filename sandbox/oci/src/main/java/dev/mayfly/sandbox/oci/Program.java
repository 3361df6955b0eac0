package dev.mayfly.sandbox.oci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Programs with the OCI runtime command line: where they are, and how they are run. */
final class Program {
    private static final int TIMEOUT_SECONDS = 10;

    private Program() {}

    /** The program of that name, where systems put it, or null. */
    static @Nullable Path find(String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(
                        Stream.of(path.split(":")),
                        Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /** The first line that a command prints. */
    static String firstLine(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var output = process.inputReader(StandardCharsets.UTF_8)) {
            String first = output.readLine();
            process.waitFor();
            return first == null ? "unknown" : first;
        }
    }

    /** Waits until a command that starts a container has ended, and throws what it says when it fails. */
    static void awaitDetached(Process process, String name, Path log) throws IOException, InterruptedException {
        boolean ended;
        try {
            ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw e;
        }
        if (!ended) {
            process.destroyForcibly();
            throw new IOException(name + " did not start a container within " + TIMEOUT_SECONDS + " s");
        }
        if (process.exitValue() != 0) {
            String why = Files.exists(log) ? Files.readString(log).strip() : "";
            throw new IOException(name + ": " + (why.isEmpty() ? "exit status " + process.exitValue() : why));
        }
    }
}
