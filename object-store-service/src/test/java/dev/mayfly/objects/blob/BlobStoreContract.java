package dev.mayfly.objects.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every blob store promises. */
abstract class BlobStoreContract {
    abstract BlobStore store();

    @ParameterizedTest
    @ValueSource(ints = {1, 100_000, 6_000_000})
    void keepsWhatWasCommitted(int size) throws IOException {
        byte[] bytes = random(size);
        UUID id = write(bytes);

        assertThat(read(id, 0, size)).isEqualTo(bytes);
        assertThat(read(id, size / 3, size / 2)).isEqualTo(Arrays.copyOfRange(bytes, size / 3, size / 3 + size / 2));
    }

    @Test
    void keepsNothingOfAWriteThatWasNotCommitted() throws IOException {
        UUID id;
        try (BlobWrite write = store().begin()) {
            write.write(random(1000), 0, 1000);
            id = write.id();
        }
        assertThatThrownBy(() -> read(id, 0, 1000)).isInstanceOf(NoSuchFileException.class);
        assertThat(all()).doesNotContain(id);
    }

    @Test
    void deletesForGoodAndTwice() throws IOException {
        UUID id = write(random(10));
        store().delete(id);
        store().delete(id);
        assertThatThrownBy(() -> read(id, 0, 10)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void tellsOfAllBlobsThatAreOldEnough() throws IOException {
        UUID first = write(random(10));
        UUID second = write(random(20));
        assertThat(all()).contains(first, second);
        var old = new ArrayList<UUID>();
        store().forEachBefore(Instant.now().minusSeconds(3600), old::add);
        assertThat(old).doesNotContain(first, second);
    }

    @Test
    void sweepsWritesThatNeverEnded() throws IOException {
        try (BlobWrite write = store().begin()) {
            write.write(random(10), 0, 10);
            store().sweepUnfinished(Instant.now().minusSeconds(3600));
            write.commit();
            assertThat(read(write.id(), 0, 10)).isEqualTo(random(10));
        }
    }

    @Test
    void saysThatItIsWell() throws IOException {
        store().check();
    }

    private ArrayList<UUID> all() throws IOException {
        var found = new ArrayList<UUID>();
        store().forEachBefore(Instant.now().plusSeconds(60), found::add);
        return found;
    }

    UUID write(byte[] bytes) throws IOException {
        try (BlobWrite write = store().begin()) {
            write.write(bytes, 0, bytes.length / 2);
            write.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
            write.commit();
            return write.id();
        }
    }

    private byte[] read(UUID id, long offset, long length) throws IOException {
        try (var in = store().read(id, offset, length)) {
            return in.readAllBytes();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
