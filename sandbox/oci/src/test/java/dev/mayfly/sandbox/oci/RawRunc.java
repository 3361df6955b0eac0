package dev.mayfly.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The measure: {@code runc run} of the same bundle, its interpreter printing one line and ending. */
final class RawRunc {
    private final Path bundle;
    private final Home home;

    RawRunc(Path temporary, FunctionCode code, Home home) throws Exception {
        this.home = home;
        bundle = Files.createDirectories(temporary.resolve("raw-" + code.runtime()));
        List<String> command = code.runtime().startsWith("nodejs")
                ? List.of("/usr/bin/node", "-e", "console.log(JSON.stringify({a: 1}))")
                : List.of(
                        "/usr/bin/python3",
                        "-c",
                        "import json, socket, logging, importlib; print(json.dumps({'a': 1}))");
        SandboxSpec spec = new SandboxSpec(
                "raw",
                code,
                Map.of(),
                512,
                512,
                Duration.ofSeconds(10),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                _ -> {});
        // The namespace that this process is in: making one is our own cost, not the measure's.
        new Bundle(
                        spec,
                        bundle,
                        command,
                        GuestEnvironment.of(spec),
                        Path.of("/proc/self/ns/net"),
                        home.cgroup() + "/raw",
                        4_000_000,
                        null)
                .write(home, ContainerSettings.of(temporary));
    }

    /** Nanoseconds from start to end. */
    long run() throws Exception {
        long before = System.nanoTime();
        Process process = new ProcessBuilder(
                        Objects.requireNonNull(Runc.find()).toString(),
                        "--root",
                        home.runtimeState().toString(),
                        "run",
                        "--bundle",
                        bundle.toString(),
                        "raw")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return System.nanoTime() - before;
    }
}
