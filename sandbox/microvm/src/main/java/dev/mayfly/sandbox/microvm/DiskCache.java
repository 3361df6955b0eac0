package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Entries (files or folders) in one folder, the least recently used of which go when they take more space than they may.
 * An entry that a machine has open stays readable for it. Names that begin with a dot are no entries.
 */
final class DiskCache {
    private record Entry(Path path, Instant used, long bytes) {}

    /** Tells how much space an entry takes on disk: files have holes. */
    @FunctionalInterface
    interface Sizer {
        long bytes(Path entry) throws IOException;
    }

    private final Path folder;
    private final long mostBytes;
    private final Sizer sizer;

    DiskCache(Path folder, long mostBytes, Sizer sizer) {
        this.folder = folder;
        this.mostBytes = mostBytes;
        this.sizer = sizer;
    }

    Path folder() {
        return folder;
    }

    /** The entry, marked as used now; null when there is none. */
    @Nullable
    Path find(String name) throws IOException {
        Path entry = folder.resolve(name);
        try {
            Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
            return entry;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Makes room, but never by what was just added. */
    synchronized void added(Path added) throws IOException {
        List<Entry> entries;
        try (Stream<Path> names = Files.list(folder)) {
            entries = names.filter(path -> !path.getFileName().toString().startsWith("."))
                    .map(this::entry)
                    .sorted(Comparator.comparing(Entry::used))
                    .toList();
        }
        long bytes = entries.stream().mapToLong(Entry::bytes).sum();
        for (Entry entry : entries) {
            if (bytes <= mostBytes) {
                return;
            }
            if (!entry.path.equals(added)) {
                VmHome.deleteTree(entry.path);
                bytes -= entry.bytes;
            }
        }
    }

    /** Removes what a killed owner began. */
    void clean() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> names = Files.list(folder)) {
            names.filter(path -> path.getFileName().toString().startsWith(".")).forEach(VmHome::deleteTree);
        }
    }

    /** What a file or a folder takes on disk, which is less than its size when it has holes. */
    static long allocatedBytes(Path path) throws IOException {
        try {
            String said = Commands.run(List.of("du", "-s", "-B1", path.toString()), Duration.ofSeconds(30), _ -> {});
            return Long.parseLong(said.split("\\s", 2)[0]);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
    }

    private Entry entry(Path path) {
        try {
            return new Entry(path, Files.getLastModifiedTime(path).toInstant(), sizer.bytes(path));
        } catch (IOException e) {
            return new Entry(path, Instant.MAX, 0); // another thread removed it
        }
    }
}
