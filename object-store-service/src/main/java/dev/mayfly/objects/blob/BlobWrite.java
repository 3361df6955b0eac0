package dev.mayfly.objects.blob;

import java.io.Closeable;
import java.io.IOException;
import java.util.UUID;

/** A blob as it is written. Closing one that was not committed leaves nothing behind. */
public interface BlobWrite extends Closeable, Sink {
    /** Makes what was written durable under {@link #id}. */
    void commit() throws IOException;

    UUID id();
}
