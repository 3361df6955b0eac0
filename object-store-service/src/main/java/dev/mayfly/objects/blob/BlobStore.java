package dev.mayfly.objects.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Where the bytes of larger objects lie: immutable blobs by id. What the index knows and what lies here are brought into
 * line by the sweep, never by a transaction. Thread-safe.
 */
public interface BlobStore {
    /** Begins a blob. */
    BlobWrite begin() throws IOException;

    /**
     * Reads a part of a blob.
     *
     * @param offset first byte
     * @param length bytes to read; the stream ends after them
     * @throws java.nio.file.NoSuchFileException when there is no such blob
     */
    InputStream read(UUID id, long offset, long length) throws IOException;

    /**
     * How many bytes a blob has.
     *
     * @throws java.nio.file.NoSuchFileException when there is no such blob
     */
    long size(UUID id) throws IOException;

    /** The file that holds the blob, where the store has one that the kernel can send by itself. */
    default Optional<Path> file(UUID id) {
        return Optional.empty();
    }

    /** Deletes a blob; one that is not there is no error. */
    void delete(UUID id) throws IOException;

    /** Tells of every blob that was written before {@code limit}. */
    void forEachBefore(Instant limit, Consumer<UUID> found) throws IOException;

    /** Removes what writes that never ended left behind before {@code limit}. */
    void sweepUnfinished(Instant limit) throws IOException;

    /** @throws IOException when blobs cannot be written now, with the reason */
    void check() throws IOException;
}
