package dev.mayfly.objects.blob;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.background.BackgroundWork;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Reads every blob over and over, so slowly that nobody notices, and compares it with its checksums. One process at a time: the
 * row of the table {@code scrub} is leased, and says how far it is, so that another goes on where one ended.
 */
@Component
public class Scrub extends BackgroundWork {
    private static final UUID BEGINNING = new UUID(0, 0);
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Duration TICK = Duration.ofSeconds(1);

    /** How often one that has nothing to do looks whether it has. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    private static final int BATCH = 32;

    private final BlobStore store;
    private final BlobIndex index;
    private final JdbcClient jdbc;
    private final ObjectsProperties properties;
    private final Clock clock;
    private final Counter bytes;
    private final Counter blobs;
    private final AtomicLong damaged = new AtomicLong();
    private final UUID self = UUID.randomUUID();
    private final ArrayDeque<BlobIndex.Row> next = new ArrayDeque<>();
    private @Nullable Reading reading;
    private Instant idleUntil = Instant.MIN;

    Scrub(
            BlobStore store,
            BlobIndex index,
            JdbcClient jdbc,
            ObjectsProperties properties,
            Clock clock,
            MeterRegistry metrics) {
        super("blob-scrub", metrics);
        this.store = store;
        this.index = index;
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
        this.bytes = metrics.counter("mayfly.objects.scrub.bytes");
        this.blobs = metrics.counter("mayfly.objects.scrub.blobs");
        Gauge.builder("mayfly.objects.blobs.damaged", damaged, AtomicLong::get).register(metrics);
    }

    /** A blob that is being read, over several steps when it is large. */
    private static final class Reading {
        final BlobIndex.Row row;
        final BlockSums sums = new BlockSums();
        long at;

        Reading(BlobIndex.Row row) {
            this.row = row;
        }
    }

    private record Claim(UUID after, Instant roundAt) {}

    /** Scrubs all blobs once, however long that takes; false when another process scrubs. */
    public synchronized boolean scrubAll() throws IOException {
        if (claim().isEmpty()) {
            return false;
        }
        forget();
        damaged.set(index.damagedCount());
        UUID after = BEGINNING;
        do {
            after = advance(after, Long.MAX_VALUE);
        } while (!after.equals(BEGINNING));
        damaged.set(index.damagedCount());
        return true;
    }

    /** One step: reads so many bytes where the last one ended, if it is this process's turn and a round is due. */
    synchronized void step(long budget) throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(idleUntil)) {
            return;
        }
        Optional<Claim> claim = claim();
        damaged.set(index.damagedCount());
        boolean resting = claim.isEmpty()
                || claim.get().after().equals(BEGINNING)
                        && reading == null
                        && now.isBefore(claim.get().roundAt().plus(properties.scrubRest()));
        if (resting) {
            forget();
            idleUntil = now.plus(IDLE);
        } else {
            advance(claim.get().after(), budget);
        }
    }

    private void forget() {
        reading = null;
        next.clear();
    }

    private Optional<Claim> claim() {
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        return jdbc.sql("""
                        UPDATE scrub SET holder = ?, held_until = ? WHERE holder = ? OR held_until < ?
                        RETURNING after, round_at""")
                .params(self, now.plus(LEASE), self, now)
                .query((row, number) -> new Claim(
                        row.getObject("after", UUID.class),
                        row.getObject("round_at", OffsetDateTime.class).toInstant()))
                .optional();
    }

    /** Reads so many bytes; returns the last blob that is done, or the beginning after the last of all. */
    private UUID advance(UUID from, long budget) throws IOException {
        UUID after = from;
        long left = budget;
        while (left > 0) {
            Reading current = reading;
            if (current == null) {
                if (next.isEmpty()) {
                    next.addAll(index.after(after, BATCH));
                }
                if (next.isEmpty()) {
                    after = BEGINNING;
                    break;
                }
                current = new Reading(next.remove());
                reading = current;
            }
            left -= Math.max(1, read(current, left));
            if (current.at >= current.row.size()) {
                reading = null;
                after = current.row.id();
                blobs.increment();
            }
        }
        moveTo(after);
        return after;
    }

    private void moveTo(UUID after) {
        jdbc.sql("UPDATE scrub SET after = ?, round_at = CASE WHEN ? THEN ? ELSE round_at END WHERE holder = ?")
                .params(after, after.equals(BEGINNING), clock.instant().atOffset(ZoneOffset.UTC), self)
                .update();
    }

    private long read(Reading current, long budget) throws IOException {
        BlobIndex.Row row = current.row;
        long blocks = Math.max(1, budget / BlockSums.BLOCK_BYTES);
        long length =
                Math.min(row.size() - current.at, Math.min(blocks, Integer.MAX_VALUE) * (long) BlockSums.BLOCK_BYTES);
        byte[] buffer = new byte[BlockSums.BLOCK_BYTES];
        long left = length;
        try (InputStream in = store.read(row.id(), current.at, length)) {
            while (left > 0) {
                int count = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
                byte[] sums = row.checksums();
                int block = (int) (current.at / BlockSums.BLOCK_BYTES);
                if (sums != null && !BlockSums.fits(sums, block, buffer, count)) {
                    return damaged(current, BlobIndex.otherChecksum(current.at, count));
                }
                current.sums.write(buffer, 0, count);
                current.at += count;
                left -= count;
                bytes.increment(count);
            }
        } catch (NoSuchFileException e) {
            return damaged(current, "the store has no such blob");
        } catch (EOFException e) {
            return damaged(current, "it ends before its " + row.size() + " bytes");
        }
        if (current.at == row.size()) {
            if (row.checksums() == null) {
                index.adopt(row.id(), current.sums.finish());
            } else if (damaged.get() > 0) {
                index.sound(row.id());
            }
        }
        return length;
    }

    private long damaged(Reading current, String damage) {
        index.damaged(current.row.id(), damage);
        long rest = current.row.size() - current.at;
        current.at = current.row.size();
        return Math.min(rest, BlockSums.BLOCK_BYTES);
    }

    @Override
    protected void begin() {
        long rate = properties.scrubRate().toBytes();
        if (rate > 0) {
            repeat(TICK, () -> step(rate), "Blobs were not scrubbed and will be later");
        }
    }
}
