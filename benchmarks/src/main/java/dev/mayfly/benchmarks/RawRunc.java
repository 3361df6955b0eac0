package dev.mayfly.benchmarks;

import dev.mayfly.contracts.events.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The baseline of a cold start: {@code runc run} of a live sandbox's own bundle, in which node loads the handler, runs it once
 * and ends. Nothing of Mayfly takes part.
 */
final class RawRunc {
    private static final String ONCE = "require('/var/task/index.js').handler({name: 'Ada'})"
            + ".then(answer => console.log(JSON.stringify(answer)))";

    private final Path bundle;
    private final Path state;
    private int runs;

    /** @param sandboxId a sandbox that lives for as long as this is used: its mounts are shared */
    RawRunc(Path folder, String sandboxId) throws IOException {
        bundle = Files.createDirectories(folder.resolve("raw"));
        state = Files.createDirectories(folder.resolve("raw-state"));
        var config = (ObjectNode) Json.mapper().readTree(Files.readAllBytes(configOf(sandboxId)));
        var process = (ObjectNode) config.get("process");
        ArrayNode arguments = process.putArray("args");
        List.of("/usr/bin/node", "-e", ONCE).forEach(arguments::add);
        var linux = (ObjectNode) config.get("linux");
        linux.put("cgroupsPath", linux.get("cgroupsPath").asString() + "-raw");
        for (var namespace : linux.get("namespaces")) {
            if (namespace.get("type").asString().equals("network")) {
                // Making a namespace is Mayfly's own cost, not the baseline's.
                ((ObjectNode) namespace).put("path", "/proc/self/ns/net");
            }
        }
        Files.write(bundle.resolve("config.json"), Json.bytes(config));
    }

    private static Path configOf(String sandboxId) throws IOException {
        try (var files = Files.walk(Path.of("/run/mayfly"), 3)) {
            return files.filter(path -> path.getFileName().toString().equals(sandboxId))
                    .map(path -> path.resolve("config.json"))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new IOException("No bundle of the sandbox " + sandboxId + " was found"));
        }
    }

    /** Runs it once, start to end. */
    void run() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "runc",
                        "--root",
                        state.toString(),
                        "run",
                        "--bundle",
                        bundle.toString(),
                        "mayfly-bench-raw-" + ProcessHandle.current().pid() + "-" + runs++)
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0 || !output.contains("echo")) {
            throw new IOException("runc run failed: " + output);
        }
    }
}
