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
    private final ByteArrayOutputStream memory;
    private final BlockSums sums = new BlockSums();
    private @Nullable BlobWrite blob;
    private long length;
    private byte[] checksums = {};
    private boolean finished;
    private boolean released;

    /** @param inlineLimit up to so many bytes stay in memory */
    public ContentWriter(BlobStore store, int inlineLimit, long expected) {
        this.store = store;
        this.inlineLimit = inlineLimit;
        this.memory = new ByteArrayOutputStream((int) Math.clamp(expected, 0, inlineLimit));
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        BlobWrite target = blob;
        if (target == null && length + count > inlineLimit) {
            target = store.begin();
            blob = target;
            byte[] first = memory.toByteArray();
            target.write(first, 0, first.length);
            sums.write(first, 0, first.length);
            memory.reset();
        }
        if (target == null) {
            memory.write(bytes, offset, count);
        } else {
            target.write(bytes, offset, count);
            sums.write(bytes, offset, count);
        }
        length += count;
    }

    /** Ends the content and makes it durable. */
    public Content finish() throws IOException {
        BlobWrite written = blob;
        if (written == null) {
            return Content.of(memory.toByteArray());
        }
        written.commit();
        checksums = sums.finish();
        finished = true;
        return Content.of(List.of(new Segment(written.id(), 0, length)));
    }

    /** The blob of finished content, for the index to know; none when the content stayed in memory. */
    public List<NewBlob> blobs() {
        BlobWrite written = blob;
        return written == null ? List.of() : List.of(new NewBlob(written.id(), length, checksums));
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
