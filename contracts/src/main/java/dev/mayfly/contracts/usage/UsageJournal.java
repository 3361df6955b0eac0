package dev.mayfly.contracts.usage;

import dev.mayfly.contracts.events.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The local, append-only record of usage. {@link #append} returns when the event is with the operating system, so it
 * survives the death of this process at any instant; {@link UsageShipper} carries it to Kafka and forgets it once it is
 * safe there.
 *
 * <p>A journal is a folder of segments, one JSON event a line. A segment that a killed process left behind is shipped as
 * it is; a last line without its line break was never acknowledged to anybody and is dropped. One process owns a folder.
 * Thread-safe.
 */
public final class UsageJournal implements AutoCloseable {
    private static final String SUFFIX = ".jsonl";
    private static final long SEGMENT_BYTES = 8L << 20;

    private final Path folder;
    private long sequence;
    private FileChannel active;
    private Path activePath;
    private long activeBytes;

    /**
     * Opens the journal in {@code folder}, which is made when missing. Never writes to a segment of an earlier process.
     *
     * @throws UncheckedIOException when the folder cannot be written
     */
    public UsageJournal(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            sequence = segments().stream()
                            .mapToLong(UsageJournal::sequenceOf)
                            .max()
                            .orElse(0)
                    + 1;
            activePath = segment(sequence);
            active = open(activePath);
        } catch (IOException e) {
            throw new UncheckedIOException("The usage journal at " + folder + " cannot be opened", e);
        }
    }

    /**
     * Records {@code event}.
     *
     * @throws UncheckedIOException when it could not be recorded (a full disk): the caller must then not answer with
     *     success, since what is not recorded is not paid
     */
    public void append(UsageEvent event) {
        byte[] json = Json.bytes(event);
        ByteBuffer line =
                ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
        synchronized (this) {
            long start = activeBytes;
            try {
                while (line.hasRemaining()) {
                    activeBytes += active.write(line);
                }
                if (activeBytes >= SEGMENT_BYTES) {
                    roll();
                }
            } catch (IOException e) {
                forget(start);
                throw new UncheckedIOException("The usage journal at " + folder + " cannot be written", e);
            }
        }
    }

    /** Takes back a line that was written in part, so that the next one does not join it. */
    private void forget(long start) {
        try {
            active.truncate(start);
            activeBytes = start;
        } catch (IOException e) {
            throw new UncheckedIOException("The usage journal at " + folder + " cannot be repaired", e);
        }
    }

    /** Ends the active segment, when it holds anything, so that all recorded so far can be shipped. */
    synchronized void roll() throws IOException {
        if (activeBytes == 0) {
            return;
        }
        FileChannel full = active;
        Path next = segment(sequence + 1);
        active = open(next);
        activePath = next;
        sequence++;
        activeBytes = 0;
        full.close();
    }

    /** The segments that nobody writes to any more, oldest first. */
    synchronized List<Path> closedSegments() throws IOException {
        return segments().stream().filter(path -> !path.equals(activePath)).toList();
    }

    /** The complete lines of a closed segment. */
    static List<String> lines(Path segment) throws IOException {
        String text = Files.readString(segment, StandardCharsets.UTF_8);
        int complete = text.lastIndexOf('\n');
        return complete < 0 ? List.of() : text.substring(0, complete).lines().toList();
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> path.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    private Path segment(long number) {
        return folder.resolve("%012d".formatted(number) + SUFFIX);
    }

    private static long sequenceOf(Path segment) {
        String name = segment.getFileName().toString();
        return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    }

    private static FileChannel open(Path segment) throws IOException {
        return FileChannel.open(
                segment, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    @Override
    public synchronized void close() {
        try {
            active.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The usage journal at " + folder + " cannot be closed", e);
        }
    }
}
