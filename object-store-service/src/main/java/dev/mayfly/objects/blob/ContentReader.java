package dev.mayfly.objects.blob;

import java.io.IOException;
import java.io.InputStream;

/** Copies content out, a buffer at a time. */
public final class ContentReader {
    /** Large enough that system calls do not count, small enough for hundreds at once. */
    public static final int BUFFER_BYTES = 64 << 10;

    private final BlobStore store;

    public ContentReader(BlobStore store) {
        this.store = store;
    }

    public BlobStore store() {
        return store;
    }

    public void copy(Content content, Sink sink) throws IOException {
        byte[] inline = content.inline();
        if (inline != null) {
            sink.write(inline, 0, inline.length);
            return;
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        for (Segment segment : content.segments()) {
            try (InputStream in = store.read(segment.blob(), segment.offset(), segment.length())) {
                int read = in.read(buffer);
                while (read >= 0) {
                    sink.write(buffer, 0, read);
                    read = in.read(buffer);
                }
            }
        }
    }
}
