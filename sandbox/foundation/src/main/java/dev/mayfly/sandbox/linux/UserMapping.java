package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A user namespace that nobody is in: only its mapping of users and groups is wanted. */
final class UserMapping implements AutoCloseable {
    private final int descriptor;

    private UserMapping(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Where {@code inside}, {@code inside + 1}, ... are the machine's {@code outside}, {@code outside + 1}, ... */
    static UserMapping of(long inside, long outside, long count) throws IOException {
        // The shell ends when it has read a line or its standard input ends, as it does with this process.
        Process process = new ProcessBuilder("unshare", "--user", "/bin/sh", "-c", "echo ready; read end")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var answers = process.inputReader(StandardCharsets.UTF_8)) {
            if (!"ready".equals(answers.readLine())) {
                throw new IOException("No user namespace can be made");
            }
            Path files = Path.of("/proc", Long.toString(process.pid()));
            String map = inside + " " + outside + " " + count + "\n";
            Files.writeString(files.resolve("uid_map"), map);
            Files.writeString(files.resolve("gid_map"), map);
            return new UserMapping(Linux.open(files.resolve("ns/user").toString()));
        } finally {
            process.destroyForcibly();
        }
    }

    int descriptor() {
        return descriptor;
    }

    @Override
    public void close() throws IOException {
        Linux.close(descriptor);
    }
}
