package dev.mayfly.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The isolation tiers and whether this machine can run them. */
final class Tiers {
    private static final long PATIENCE_SECONDS = 60;

    private final Context context;

    /** @param detail what runs it, or why it cannot run and what to do about it */
    record Tier(String name, boolean available, String detail) {}

    Tiers(Context context) {
        this.context = context;
    }

    /** Tries every tier there is. */
    List<Tier> check() throws IOException, InterruptedException {
        // A folder of its own: a running host's sandboxes are not touched.
        return sandboxCheck("check", context.home().cache().resolve("sandbox-check"))
                .lines()
                .map(line -> line.split("\t", 3))
                .filter(fields -> fields.length == 3)
                .map(fields -> new Tier(fields[0], fields[1].equals("yes"), fields[2]))
                .toList();
    }

    /** Removes what a killed sandbox host left running. Not while one runs. */
    void recover() throws IOException, InterruptedException {
        Path data = context.home().data().resolve("sandbox-host");
        if (Files.isDirectory(data) && Files.isDirectory(context.distribution())) {
            sandboxCheck("recover", data);
        }
    }

    private String sandboxCheck(String what, Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        context.distribution().resolve("lib") + "/*",
                        "dev.mayfly.standalone.SandboxCheck",
                        what,
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return answer;
    }

    /** A tier as a person reads it. */
    static String line(Console console, Tier tier) {
        String verdict = tier.available()
                ? console.good("yes") + "  " + console.dim(tier.detail())
                : console.bad("no") + "   " + tier.detail();
        return "tier %-10s %s".formatted(tier.name(), verdict);
    }
}
