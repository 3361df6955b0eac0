package dev.mayfly.standalone;

import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.microvm.MicrovmSettings;
import dev.mayfly.sandbox.microvm.MicrovmTechnology;
import dev.mayfly.sandbox.oci.OciSettings;
import dev.mayfly.sandbox.oci.OciTechnology;
import dev.mayfly.sandbox.wasm.WasmSettings;
import dev.mayfly.sandbox.wasm.WasmTechnology;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Asks the sandbox technologies what this machine can run, or has them clean up after a killed host; in a process of its
 * own, with all jars of the distribution. {@code check FOLDER} prints a line a tier, once it has been tried: its name, yes or no, what or why;
 * {@code recover FOLDER} prints nothing. The folder is the sandbox host's data folder to recover, any other to check.
 */
public final class SandboxCheck {
    private static final long GUEST_MEMORY_MB = 128;

    private SandboxCheck() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Path.of(args[1]);
        Files.createDirectories(folder);
        List<SandboxTechnology> technologies = List.of(
                new WasmTechnology(WasmSettings.of(folder.resolve("wasm"), GUEST_MEMORY_MB)),
                OciTechnology.container(
                        OciSettings.container(folder.resolve("container")).withShellMemory(0)),
                OciTechnology.gvisor(
                        OciSettings.gvisor(folder.resolve("gvisor")).withShellMemory(0)),
                new MicrovmTechnology(
                        MicrovmSettings.of(folder.resolve("microvm")).withShellMemory(0)));
        boolean check = args[0].equals("check");
        List<Thread> all = technologies.stream()
                .map(technology -> Thread.ofPlatform().start(() -> recover(technology, check)))
                .toList();
        for (Thread each : all) {
            each.join();
        }
        System.exit(0);
    }

    private static void recover(SandboxTechnology technology, boolean check) {
        try (technology) {
            technology.recover();
            if (check) {
                report(technology);
            }
        }
    }

    @SuppressWarnings("SystemOut")
    private static void report(SandboxTechnology technology) {
        Availability availability = technology.check();
        PrintStream out = System.out;
        out.println(technology.isolation().tagValue() + "\t" + (availability.available() ? "yes" : "no") + "\t"
                + availability.detail().replaceAll("\\s+", " "));
    }
}
