package dev.mayfly.host.code;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders by a name that says all that is in them. Made once however many ask at once, kept within a bound, and never thrown
 * away while somebody holds them.
 */
final class UnpackedFolders {
    private static final Logger log = LoggerFactory.getLogger(UnpackedFolders.class);
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}(\\.[a-z]+)?");

    private final Path folder;
    private final long limit;
    private final Map<String, ReentrantLock> making = new ConcurrentHashMap<>();
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    private static final class Entry {
        private final long bytes;
        private int users;
        private long lastUsed = System.nanoTime();

        private Entry(long bytes) {
            this.bytes = bytes;
        }
    }

    /** Fills a folder. */
    @FunctionalInterface
    interface Maker {
        /**
         * @param target a folder that is not there yet
         * @param scratch takes what is needed on the way; thrown away afterwards
         * @return bytes of all files
         */
        long make(Path target, Path scratch) throws IOException, InterruptedException;
    }

    /** A folder that stays until this is closed, once. */
    record Hold(Path directory, long bytes, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    /** @param limit bytes that all folders together may take, those in use excepted */
    UnpackedFolders(Path folder, long limit) {
        this.folder = folder;
        this.limit = limit;
    }

    /** Makes the folder, forgets what is half-made and counts what an earlier host left. */
    void open() {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> left = Files.list(folder)) {
                for (Path path : left.toList()) {
                    String name = path.getFileName().toString();
                    if (NAME.matcher(name).matches()) {
                        entries.put(name, new Entry(size(path)));
                    } else {
                        Trees.delete(path);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The code cache at " + folder + " cannot be opened", e);
        }
    }

    Hold hold(String name, Maker maker) throws IOException, InterruptedException {
        if (tryHold(name)) {
            return held(name);
        }
        ReentrantLock lock = making.computeIfAbsent(name, _ -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            if (!tryHold(name)) {
                make(name, maker);
            }
            return held(name);
        } finally {
            lock.unlock();
        }
    }

    private Hold held(String name) {
        Entry entry = entries.get(name);
        return new Hold(folder.resolve(name), entry == null ? 0 : entry.bytes, () -> release(name));
    }

    private synchronized boolean tryHold(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            return false;
        }
        entry.users++;
        return true;
    }

    private synchronized void release(String name) {
        Entry entry = entries.get(name);
        if (entry != null) {
            entry.users--;
            entry.lastUsed = System.nanoTime();
        }
    }

    private void make(String name, Maker maker) throws IOException, InterruptedException {
        Path scratch = Files.createDirectory(folder.resolve("scratch-" + UUID.randomUUID()));
        Path made = scratch.resolve("made");
        try {
            long bytes = maker.make(made, scratch);
            makeRoom(bytes);
            Files.move(made, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            var entry = new Entry(bytes);
            entry.users = 1;
            entries.put(name, entry);
        } finally {
            Trees.delete(scratch);
        }
    }

    /** Throws away what is not in use, least recently used first, until {@code bytes} more are within the limit. */
    private synchronized void makeRoom(long bytes) throws IOException {
        long used = entries.values().stream().mapToLong(entry -> entry.bytes).sum();
        var unused = entries.entrySet().stream()
                .filter(entry -> entry.getValue().users == 0)
                .sorted(Comparator.comparingLong(entry -> entry.getValue().lastUsed))
                .toList();
        for (var entry : unused) {
            if (used + bytes <= limit) {
                return;
            }
            entries.remove(entry.getKey());
            Trees.delete(folder.resolve(entry.getKey()));
            used -= entry.getValue().bytes;
            log.info("Threw away the unpacked code {}", entry.getKey());
        }
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
