package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A small file in which the kernel says how something stands at the moment it is read. It is opened once, since opening costs
 * several times what reading does. Thread-safe.
 */
final class KernelFile implements AutoCloseable {
    private static final int MOST_BYTES = 4096;

    private final Path path;
    private @Nullable RandomAccessFile open;
    private boolean closed;

    KernelFile(Path path) {
        this.path = path;
    }

    /** What it says now, at most 4 KB; empty when it is gone, or never was there. */
    synchronized String read() {
        if (closed) {
            return "";
        }
        byte[] content = new byte[MOST_BYTES];
        try {
            if (open == null) {
                open = new RandomAccessFile(path.toFile(), "r");
            }
            open.seek(0);
            int length = open.read(content);
            return length <= 0 ? "" : new String(content, 0, length, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // the cgroup has been removed
        }
    }

    /** The number that it is; 0 when it is gone. */
    long number() {
        String text = read().strip();
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    /** The number behind {@code name} at the beginning of a line; 0 when there is none. */
    long field(String name) {
        return read().lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .map(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
                .orElse(0L);
    }

    /** Afterwards it says nothing. */
    @Override
    public synchronized void close() {
        closed = true;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                open = null; // the descriptor is gone either way
            }
        }
    }
}
