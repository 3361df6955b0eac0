package dev.mayfly.sandbox.oci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code runc}, the reference OCI runtime. */
final class Runc implements OciRuntime {
    private static final int TIMEOUT_SECONDS = 30;

    private final Path program;
    private final Path state;

    Runc(Path program, Path state) {
        this.program = program;
        this.state = state;
    }

    /** The program, where systems put it, or null. */
    static @Nullable Path find() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(
                        Stream.of(path.split(":")),
                        Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "runc"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    @Override
    public String version() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString(), "--version")
                .redirectErrorStream(true)
                .start();
        try (var output = process.inputReader(StandardCharsets.UTF_8)) {
            String first = output.readLine();
            process.waitFor();
            return first == null ? "runc of unknown version" : first.replace("version ", "");
        }
    }

    @Override
    public int run(String id, Path bundle, String output) throws IOException, InterruptedException {
        Path log = bundle.resolve("runtime.log");
        Path pidFile = bundle.resolve("pid");
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--root",
                state.toString(),
                "--log",
                log.toString(),
                "run",
                "--detach",
                "--bundle",
                bundle.toString(),
                "--pid-file",
                pidFile.toString(),
                id));
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Path.of(output).toFile())
                .redirectError(Path.of(output).toFile())
                .start();
        boolean ended;
        try {
            ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw e;
        }
        if (!ended) {
            process.destroyForcibly();
            throw new IOException("runc did not start a container within " + TIMEOUT_SECONDS + " s");
        }
        if (process.exitValue() != 0) {
            String why = Files.exists(log) ? Files.readString(log).strip() : "";
            throw new IOException("runc: " + (why.isEmpty() ? "exit status " + process.exitValue() : why));
        }
        return Integer.parseInt(Files.readString(pidFile).strip());
    }

    /** runc keeps no more than this directory: the cgroup is ours to remove, the mounts went with their namespace. */
    @Override
    public void forget(String id) {
        Home.delete(state.resolve(id));
    }
}
