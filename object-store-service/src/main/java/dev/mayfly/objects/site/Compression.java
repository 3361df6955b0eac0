package dev.mayfly.objects.site;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.blob.ContentReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPOutputStream;

/** Compresses what is worth it, and remembers what it compressed lately. Thread-safe. */
final class Compression {
    /** Below this nothing is gained; above it the owner should put a compressed object beside it. */
    private static final long SMALLEST = 512;

    private static final long LARGEST = 2 << 20;
    private static final int REMEMBERED_BYTES = 16 << 20;
    private static final int AT_ONCE = 4;

    private final ContentReader reader;
    private final Semaphore turns = new Semaphore(AT_ONCE);
    private final Cache<String, byte[]> compressed = Caffeine.newBuilder()
            .maximumWeight(REMEMBERED_BYTES)
            .weigher((String key, byte[] bytes) -> key.length() + bytes.length)
            .build();

    Compression(ContentReader reader) {
        this.reader = reader;
    }

    static boolean isWorthIt(long size) {
        return size >= SMALLEST && size <= LARGEST;
    }

    /** @param name of exactly this content */
    byte[] gzip(String name, Content content) throws IOException {
        byte[] known = compressed.getIfPresent(name);
        if (known != null) {
            return known;
        }
        turns.acquireUninterruptibly();
        try {
            var out = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(out, ContentReader.BUFFER_BYTES)) {
                reader.copy(content, gzip::write);
            }
            byte[] bytes = out.toByteArray();
            compressed.put(name, bytes);
            return bytes;
        } finally {
            turns.release();
        }
    }
}
