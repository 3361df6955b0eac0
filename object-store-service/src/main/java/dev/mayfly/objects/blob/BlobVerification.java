package dev.mayfly.objects.blob;

import dev.mayfly.objects.ObjectsProperties;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Compares what the index says with what the store has, in both directions, while both change. Memory does not grow with
 * either.
 */
@Component
public class BlobVerification {
    private static final int BATCH = 500;
    private static final UUID BEGINNING = new UUID(0, 0);

    private final BlobStore store;
    private final BlobIndex index;
    private final BlobNames names;
    private final BlobSweep sweep;
    private final DataKeys keys;
    private final LostKeys lostKeys;
    private final ObjectsProperties properties;
    private final Clock clock;

    BlobVerification(
            BlobStore store,
            BlobIndex index,
            BlobNames names,
            BlobSweep sweep,
            DataKeys keys,
            LostKeys lostKeys,
            ObjectsProperties properties,
            Clock clock) {
        this.store = store;
        this.index = index;
        this.names = names;
        this.sweep = sweep;
        this.keys = keys;
        this.lostKeys = lostKeys;
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * What is to be done.
     *
     * @param checksums whether every byte is read
     * @param repair whether counts are put right and orphans deleted; bytes are never touched
     */
    public record Task(boolean checksums, boolean repair) {}

    /**
     * How far it is.
     *
     * @param blobs of the index that were looked at
     * @param bytes that they should have
     */
    public record Progress(long blobs, long bytes) {}

    /** Tells {@code found} of every difference, and {@code progress} now and then. */
    public Progress verify(Task task, Consumer<Difference> found, Consumer<Progress> progress) throws IOException {
        names.differences(task.repair(), store, found);
        orphans(task, found);
        lostKeys.differences(found);
        var all = new Progress(0, 0);
        UUID after = BEGINNING;
        List<BlobIndex.Row> rows = index.after(after, BATCH);
        while (!rows.isEmpty()) {
            for (BlobIndex.Row row : rows) {
                Difference difference = compare(row, task);
                if (difference != null) {
                    found.accept(difference);
                }
                all = new Progress(all.blobs() + 1, all.bytes() + row.size());
            }
            progress.accept(all);
            after = rows.getLast().id();
            rows = index.after(after, BATCH);
        }
        return all;
    }

    private @Nullable Difference compare(BlobIndex.Row row, Task task) throws IOException {
        UUID id = row.id();
        try {
            long size = store.size(id);
            if (size != row.size()) {
                return difference(Difference.Kind.SIZE, id, "%d bytes, not %d".formatted(size, row.size()));
            }
            String sealed = row.sealedKey();
            String account = row.sealedBy();
            if (sealed != null && account != null && !keys.isThere(sealed, account)) {
                return difference(Difference.Kind.KEY, id, LostKeys.detail(account));
            }
            String damage = task.checksums() ? damage(row) : index.damage(id).orElse(null);
            return damage == null ? null : difference(Difference.Kind.CHECKSUM, id, damage);
        } catch (NoSuchFileException e) {
            return index.knows(id) ? difference(Difference.Kind.MISSING, id, "the store has no such blob") : null;
        }
    }

    private @Nullable String damage(BlobIndex.Row row) throws IOException {
        byte[] sums = row.checksums();
        byte[] buffer = new byte[BlockSums.BLOCK_BYTES];
        long at = 0;
        try (InputStream in = store.read(row.id(), 0, row.size())) {
            for (int block = 0; at < row.size(); block++) {
                int count = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, row.size() - at));
                if (sums != null && !BlockSums.fits(sums, block, buffer, count)) {
                    String damage = BlobIndex.otherChecksum(at, count);
                    index.damaged(row.id(), damage);
                    return damage;
                }
                at += count;
            }
        } catch (EOFException e) {
            return "it ends before its " + row.size() + " bytes";
        }
        return null;
    }

    private Difference difference(Difference.Kind kind, UUID id, String detail) {
        return new Difference(kind, id, detail, names.of(id), false);
    }

    private void orphans(Task task, Consumer<Difference> found) throws IOException {
        Instant limit = clock.instant().minus(properties.sweepGrace());
        var batch = new ArrayList<UUID>(BATCH);
        try {
            store.forEachBefore(limit, id -> {
                batch.add(id);
                if (batch.size() == BATCH) {
                    orphans(batch, task, found);
                }
            });
            orphans(batch, task, found);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void orphans(List<UUID> batch, Task task, Consumer<Difference> found) {
        try {
            for (UUID orphan : sweep.unknown(batch)) {
                if (task.repair()) {
                    store.delete(orphan);
                }
                found.accept(new Difference(
                        Difference.Kind.ORPHAN, orphan, "the index knows no such blob", List.of(), task.repair()));
            }
            batch.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
