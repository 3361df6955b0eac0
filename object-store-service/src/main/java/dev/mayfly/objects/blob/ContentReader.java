package dev.mayfly.objects.blob;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copies content out, a block at a time, and none that is not what was written. */
public final class ContentReader {
    /** Large enough that system calls do not count, small enough for hundreds at once. */
    public static final int BUFFER_BYTES = BlockSums.BLOCK_BYTES;

    /** Of these, checksums are asked for at once. */
    private static final int LOT = 100;

    private static final long LOT_BYTES = 8L << 30;

    private final BlobStore store;
    private final BlobIndex index;
    private final DataKeys keys;

    public ContentReader(BlobStore store, BlobIndex index, DataKeys keys) {
        this.keys = keys;
        this.store = store;
        this.index = index;
    }

    public BlobStore store() {
        return store;
    }

    /**
     * Hands all bytes to {@code sink}.
     *
     * @throws DamagedBlobException before it hands on a block that is not what was written
     * @throws java.nio.file.NoSuchFileException when a blob is gone: what named it has been replaced
     */
    public void copy(Content content, Sink sink) throws IOException {
        byte[] inline = content.inline();
        Seal seal = content.seal();
        byte[] customerKey = seal == null ? null : seal.customerKey();
        if (inline != null) {
            if (seal == null) {
                sink.write(inline, 0, inline.length);
            } else {
                byte[] plain = keys.openRow(inline, customerKey);
                sink.write(plain, (int) seal.offset(), (int) (seal.length() < 0 ? plain.length : seal.length()));
            }
            return;
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        List<Segment> segments = content.segments();
        int from = 0;
        while (from < segments.size()) {
            int to = endOfLot(segments, from);
            List<Segment> lot = segments.subList(from, to);
            List<BlobIndex.Row> rows = index.blocks(lot);
            for (int i = 0; i < lot.size(); i++) {
                copy(lot.get(i), rows.get(i), customerKey, buffer, sink);
            }
            from = to;
        }
    }

    private static int endOfLot(List<Segment> segments, int from) {
        long bytes = segments.get(from).length();
        int to = from + 1;
        while (to < segments.size()
                && to - from < LOT
                && bytes + segments.get(to).length() <= LOT_BYTES) {
            bytes += segments.get(to).length();
            to++;
        }
        return to;
    }

    private void copy(Segment segment, BlobIndex.Row row, byte @Nullable [] customerKey, byte[] buffer, Sink sink)
            throws IOException {
        long end = segment.offset() + segment.length();
        if (row.plainSize() < end) {
            throw tooShort(segment);
        }
        String sealed = row.sealedKey();
        DataKey key = sealed == null ? null : keys.open(sealed, row.sealedBy(), customerKey);
        int plainBytes = key == null ? BlockSums.BLOCK_BYTES : DataKey.PLAIN_BYTES;
        long block = segment.offset() / plainBytes;
        long at = block * BlockSums.BLOCK_BYTES;
        long stop = Math.min(row.size(), ((end - 1) / plainBytes + 1) * BlockSums.BLOCK_BYTES);
        byte[] sums = row.checksums();
        try (InputStream in = store.read(segment.blob(), at, stop - at)) {
            while (at < stop) {
                int count = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, stop - at));
                if (sums != null
                        && !BlockSums.fits(sums, (int) (block - BlobIndex.firstBlock(segment)), buffer, count)) {
                    throw damaged(segment, BlobIndex.otherChecksum(at, count));
                }
                byte[] plain = key == null ? buffer : key.open(segment.blob(), block, buffer, 0, count);
                long start = block * plainBytes;
                int first = (int) Math.max(0, segment.offset() - start);
                int last = (int) Math.min(key == null ? count : plain.length, end - start);
                sink.write(plain, first, last - first);
                at += count;
                block++;
            }
        } catch (EOFException e) {
            throw damaged(segment, "it ends before its " + row.size() + " bytes");
        }
    }

    /** What to throw for a blob that ends before the segment does. */
    public DamagedBlobException tooShort(Segment segment) {
        return damaged(segment, "it is shorter than the index says");
    }

    private DamagedBlobException damaged(Segment segment, String damage) {
        index.damaged(segment.blob(), damage);
        return new DamagedBlobException(segment.blob(), damage);
    }
}
