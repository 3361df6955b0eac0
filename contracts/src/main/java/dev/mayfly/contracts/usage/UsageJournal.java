package dev.mayfly.contracts.usage;

import dev.mayfly.contracts.events.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger log = LoggerFactory.getLogger(UsageJournal.class);
    private static final String SUFFIX = ".jsonl";
    private static final long SEGMENT_BYTES = 8L << 20;

    private final Path folder;
    private long sequence;
    private RandomAccessFile active;
    private Path activePath;
    private long activeBytes;
    private boolean torn;

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
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        synchronized (this) {
            try {
                if (torn || activeBytes >= SEGMENT_BYTES) {
                    roll();
                }
                write(line);
            } catch (IOException e) {
                throw new UncheckedIOException("The usage journal at " + folder + " cannot be written", e);
            }
        }
    }

    private void write(byte[] line) throws IOException {
        try {
            active.write(line);
            activeBytes += line.length;
        } catch (IOException e) {
            forget();
            throw e;
        }
    }

    /** Takes back a line that was written in part; else the next one, which would join it, gets a segment of its own. */
    private void forget() {
        try {
            active.setLength(activeBytes);
        } catch (IOException e) {
            torn = true;
            log.warn("The journal segment {} ends in a torn line", activePath, e);
        }
    }

    /** Ends the active segment, when it holds anything, so that all recorded so far can be shipped. */
    synchronized void roll() throws IOException {
        if (activeBytes == 0 && !torn) {
            return;
        }
        RandomAccessFile full = active;
        Path next = segment(sequence + 1);
        active = open(next);
        activePath = next;
        sequence++;
        activeBytes = 0;
        torn = false;
        full.close();
    }

    /** The segments that nobody writes to any more, oldest first. */
    synchronized List<Path> closedSegments() throws IOException {
        return segments().stream().filter(path -> !path.equals(activePath)).toList();
    }

    /** The complete lines of a closed segment. */
    static List<String> lines(Path segment) throws IOException {
        String text = new String(Files.readAllBytes(segment), StandardCharsets.UTF_8);
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

    /** Not a channel: an interrupt of the thread that writes would close that for everybody. */
    private static RandomAccessFile open(Path segment) throws IOException {
        return new RandomAccessFile(segment.toFile(), "rw");
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
