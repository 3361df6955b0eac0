package dev.mayfly.objects.blob;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of a new object or part: few stay in memory, more go to a blob. What was written is removed on
 * {@link #close} unless {@link #release} said that the index may name it.
 */
public final class ContentWriter implements Sink, Closeable {
    private final BlobStore store;
    private final int inlineLimit;
    private final @Nullable DataKey key;
    private final ByteArrayOutputStream memory;
    private final BlockSums sums = new BlockSums();
    private @Nullable BlobWrite blob;
    private @Nullable Sink out;
    private byte[] checksums = {};
    private long length;
    private long stored;
    private boolean finished;
    private boolean released;

    /** As the other, not encrypted. */
    public ContentWriter(BlobStore store, int inlineLimit, long expected) {
        this(store, inlineLimit, expected, null);
    }

    /**
     * @param inlineLimit up to so many bytes stay in memory
     * @param expected bytes, -1 when that is not known
     * @param key encrypts what is written; null for nothing
     */
    public ContentWriter(BlobStore store, int inlineLimit, long expected, @Nullable DataKey key) {
        this.store = store;
        this.inlineLimit = inlineLimit;
        this.key = key;
        this.memory = new ByteArrayOutputStream((int) Math.clamp(expected, 0, inlineLimit));
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Sink target = out;
        if (target == null && length + count > inlineLimit) {
            target = begin();
            byte[] first = memory.toByteArray();
            target.write(first, 0, first.length);
            memory.reset();
        }
        if (target == null) {
            memory.write(bytes, offset, count);
        } else {
            target.write(bytes, offset, count);
        }
        length += count;
    }

    private Sink begin() throws IOException {
        BlobWrite begun = store.begin();
        blob = begun;
        Sink storing = (bytes, offset, count) -> {
            begun.write(bytes, offset, count);
            sums.write(bytes, offset, count);
            stored += count;
        };
        Sink first = key == null ? storing : new SealingSink(key, storing);
        out = first;
        return first;
    }

    /** Ends the content and makes it durable. */
    public Content finish() throws IOException {
        BlobWrite written = blob;
        if (written == null) {
            byte[] bytes = memory.toByteArray();
            return key == null
                    ? Content.of(bytes)
                    : new Content(DataKeys.withKey(key, bytes, bytes.length), List.of(), Seal.WHOLE);
        }
        if (out instanceof SealingSink sealing) {
            sealing.finish();
        }
        written.commit();
        checksums = sums.finish();
        finished = true;
        return new Content(null, List.of(new Segment(written.id(), 0, length)), key == null ? null : Seal.WHOLE);
    }

    /** The blob of finished content, for the index to know; none when the content stayed in memory. */
    public List<NewBlob> blobs() {
        BlobWrite written = blob;
        return written == null
                ? List.of()
                : List.of(new NewBlob(
                        written.id(),
                        stored,
                        checksums,
                        key == null ? null : key.sealed(),
                        key == null ? null : key.account()));
    }

    /** From now on the index may name the content: only the sweep may delete it. */
    public void release() {
        released = true;
    }

    /** Takes {@link #release} back: the index certainly does not name the content. */
    public void reclaim() {
        released = false;
    }

    @Override
    public void close() throws IOException {
        BlobWrite written = blob;
        if (written == null) {
            return;
        }
        written.close();
        if (finished && !released) {
            store.delete(written.id());
        }
    }
}
