package dev.mayfly.sandbox.microvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Programs of the machine, run to their end. */
final class Commands {
    private static final int LINES_KEPT = 20;

    private Commands() {}

    /** Where the machine has that program, or null. */
    static @Nullable Path find(String name) {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "" : path + ":")
                .concat("/usr/sbin:/usr/bin:/sbin:/bin")
                .split(":", -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "/usr/bin" : folder, name);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    /**
     * Runs it and gives its last line.
     *
     * @param watcher gets each line of its output
     * @throws IOException when it fails or takes longer than {@code limit}, with its last lines
     */
    static String run(List<String> command, Duration limit, Consumer<String> watcher)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        Deque<String> last = new ArrayDeque<>();
        Thread reader = Thread.ofVirtual().name("output").start(() -> {
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                output.lines().forEach(line -> {
                    watcher.accept(line);
                    synchronized (last) {
                        last.addLast(line);
                        if (last.size() > LINES_KEPT) {
                            last.removeFirst();
                        }
                    }
                });
            } catch (IOException e) {
                return; // it was killed
            }
        });
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(command.getFirst() + " did not end within " + limit.toSeconds() + " s");
            }
            reader.join();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        synchronized (last) {
            if (process.exitValue() != 0) {
                throw new IOException(last.isEmpty() ? command + " failed" : String.join("; ", last));
            }
            return last.isEmpty() ? "" : last.getLast();
        }
    }
}
