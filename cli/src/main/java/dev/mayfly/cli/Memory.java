package dev.mayfly.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How much memory a process holds. */
final class Memory {
    private static final long KB_PER_MB = 1024;

    private Memory() {}

    /** Resident megabytes; empty when there is no such process or the system does not tell. */
    static Optional<Long> resident(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / KB_PER_MB)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
