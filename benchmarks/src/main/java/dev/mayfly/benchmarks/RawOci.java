package dev.mayfly.benchmarks;

import dev.mayfly.contracts.events.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The baseline of a cold start: {@code runc run} or {@code runsc run} of a live sandbox's own bundle, in which node loads the
 * handler, runs it once and ends. Nothing of Mayfly takes part.
 */
final class RawOci {
    private static final String ONCE = "require('/var/task/index.js').handler({name: 'Ada'})"
            + ".then(answer => console.log(JSON.stringify(answer)))";

    private final List<String> program;
    private final Path bundle;
    private final Path state;
    private final Samples whole = new Samples(32);
    private int runs;

    private RawOci(List<String> program, Path folder, ObjectNode config) throws IOException {
        this.program = program;
        bundle = Files.createDirectories(folder.resolve("raw"));
        state = Files.createDirectories(folder.resolve("raw-state"));
        ((ObjectNode) config.get("process"))
                .putArray("args")
                .add("/usr/bin/node")
                .add("-e")
                .add(ONCE);
        ArrayNode mounts = (ArrayNode) config.get("mounts");
        removeIf(mounts, mount -> mount.get("destination").asString().equals("/run/runtime.sock"));
        var linux = (ObjectNode) config.get("linux");
        linux.put("cgroupsPath", linux.get("cgroupsPath").asString() + "-raw");
        // Making a network namespace is Mayfly's own cost, not the baseline's.
        for (JsonNode namespace : linux.get("namespaces")) {
            if (namespace.get("type").asString().equals("network")) {
                ((ObjectNode) namespace).put("path", "/proc/self/ns/net");
            }
        }
        Files.write(bundle.resolve("config.json"), Json.bytes(config));
    }

    private static void removeIf(ArrayNode array, java.util.function.Predicate<JsonNode> which) {
        List<JsonNode> kept = StreamSupport.stream(array.spliterator(), false)
                .filter(which.negate())
                .toList();
        array.removeAll();
        kept.forEach(array::add);
    }

    /** @param sandboxId a sandbox that lives for as long as this is used: its mounts are shared */
    static RawOci runc(Path folder, String sandboxId) throws IOException {
        return new RawOci(List.of("runc"), folder, configOf(sandboxId));
    }

    /**
     * @param platform how gVisor catches system calls
     * @param sandboxId see {@link #runc}
     */
    static RawOci runsc(Path folder, String sandboxId, String platform) throws IOException {
        return new RawOci(
                List.of("runsc", "--platform=" + platform, "--network=none", "--ignore-cgroups"),
                folder,
                configOf(sandboxId));
    }

    private static ObjectNode configOf(String sandboxId) throws IOException {
        try (var files = Files.walk(Path.of("/run/mayfly"), 3)) {
            Path config = files.filter(path -> path.getFileName().toString().equals(sandboxId))
                    .map(path -> path.resolve("config.json"))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new IOException("No bundle of the sandbox " + sandboxId + " was found"));
            return (ObjectNode) Json.mapper().readTree(Files.readAllBytes(config));
        }
    }

    /** Until it had ended, not only answered, in milliseconds. */
    double wholeRun() {
        return whole.median();
    }

    /** Runs it once, to its end; the time to the answer, in nanoseconds. */
    long firstAnswer() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(
                "--root",
                state.toString(),
                "run",
                "--bundle",
                bundle.toString(),
                "mayfly-bench-raw-" + ProcessHandle.current().pid() + "-" + runs++));
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String first = output.readLine();
            long end = System.nanoTime();
            String rest = String.join("\n", output.readAllLines());
            int status = process.waitFor();
            whole.add(System.nanoTime() - start);
            if (status != 0 || first == null || !first.contains("echo")) {
                throw new IOException(program.getFirst() + " run failed: " + first + "\n" + rest);
            }
            return end - start;
        }
    }
}
