package dev.mayfly.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The isolation tiers and whether this machine can run them. */
final class Tiers {
    /** Building a guest image is the longest that a check takes. */
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final Duration RECOVERY_PATIENCE = Duration.ofMinutes(1);

    private final Context context;

    /** What is known of a tier. */
    enum Verdict {
        YES,
        NO,
        CHECKING
    }

    /** @param detail what runs it, or why it cannot run and what to do about it */
    record Tier(String name, Verdict verdict, String detail) {
        boolean available() {
            return verdict == Verdict.YES;
        }
    }

    Tiers(Context context) {
        this.context = context;
    }

    /** Tries every tier there is, and tells of each when it has been tried. */
    void check(Consumer<Tier> tried) throws IOException, InterruptedException {
        // A folder of its own: a running host's sandboxes are not touched.
        sandboxCheck(
                "check",
                context.home().cache().resolve("sandbox-check"),
                PATIENCE,
                line -> parse(line).ifPresent(tried));
    }

    /** What the running sandbox host has found out so far; empty when it has not said anything. */
    List<Tier> ofRunningHost() throws IOException {
        try {
            return Files.readAllLines(sandboxHost().resolve("tiers")).stream()
                    .flatMap(line -> parse(line).stream())
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private Path sandboxHost() {
        return context.home().data().resolve("sandbox-host");
    }

    private static Optional<Tier> parse(String line) {
        String[] fields = line.split("\t", 3);
        // Between the tiers there may be lines of a technology's log.
        return fields.length == 3 && List.of("yes", "no", "checking").contains(fields[1])
                ? Optional.of(new Tier(fields[0], Verdict.valueOf(fields[1].toUpperCase(Locale.ROOT)), fields[2]))
                : Optional.empty();
    }

    /** Removes what a killed sandbox host left running. Not while one runs. */
    void recover() throws IOException, InterruptedException {
        if (Files.isDirectory(sandboxHost()) && Files.isDirectory(context.distribution())) {
            Files.deleteIfExists(sandboxHost().resolve("tiers"));
            sandboxCheck("recover", sandboxHost(), RECOVERY_PATIENCE, line -> {});
        }
    }

    private void sandboxCheck(String what, Path folder, Duration patience, Consumer<String> lines)
            throws IOException, InterruptedException {
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
        var end = Thread.ofVirtual().start(() -> endAfter(process, patience));
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.accept(line);
            }
            process.waitFor();
        } finally {
            end.interrupt();
            process.destroyForcibly();
        }
    }

    private static void endAfter(Process process, Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A tier as a person reads it; for one that cannot run, what mends it where that is known. */
    static List<String> lines(Console console, Tier tier) throws IOException {
        String verdict = switch (tier.verdict()) {
            case YES -> console.good("yes") + "  " + console.dim(tier.detail());
            case NO -> console.bad("no") + "   " + tier.detail();
            case CHECKING -> "...  " + console.dim(tier.detail());
        };
        var lines = new ArrayList<>(List.of("tier %-10s %s".formatted(tier.name(), verdict)));
        List<Programs.Program> missing = Programs.missingFor(tier.name());
        if (tier.verdict() == Verdict.NO && !missing.isEmpty()) {
            lines.add(" ".repeat(21) + "Install what it lacks: " + Programs.command(missing)
                    + " (then ./mayfly down && ./mayfly up)");
        }
        return lines;
    }
}
