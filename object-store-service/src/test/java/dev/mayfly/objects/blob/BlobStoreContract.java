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
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every blob store promises. */
abstract class BlobStoreContract {
    abstract BlobStore store();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, 6_000_000})
    void keepsWhatWasCommitted(int size) throws IOException {
        byte[] bytes = random(size);
        UUID id = write(bytes);

        assertThat(store().size(id)).isEqualTo(size);
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
        assertThatThrownBy(() -> store().size(id)).isInstanceOf(NoSuchFileException.class);
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

    @ParameterizedTest
    @CsvSource({"5, 10", "10, 1", "0, 11"})
    void whatIsShorterThanAskedIsAnErrorAndNotAnEnd(long offset, long length) throws IOException {
        UUID id = write(random(10));
        assertThatThrownBy(() -> read(id, offset, length))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NoSuchFileException.class);
    }

    @Test
    void readsAnyRange() throws IOException {
        byte[] bytes = random(70_000);
        UUID id = write(bytes);
        for (int[] range : new int[][] {{0, 1}, {69_999, 1}, {65_535, 2}, {1, 69_999}, {30_000, 0}}) {
            assertThat(read(id, range[0], range[1]))
                    .isEqualTo(Arrays.copyOfRange(bytes, range[0], range[0] + range[1]));
        }
    }

    @Test
    void writersDoNotMeet() throws Exception {
        var writing = new ArrayList<Future<UUID>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int n = 0; n < 12; n++) {
                byte[] bytes = random(30_000 + n);
                writing.add(threads.submit(() -> write(bytes)));
            }
        }
        for (int n = 0; n < writing.size(); n++) {
            assertThat(read(writing.get(n).get(), 0, 30_000 + n)).isEqualTo(random(30_000 + n));
        }
    }

    @Test
    void aReadThatBeganOutlivesTheBlob() throws IOException {
        byte[] bytes = random(100_000);
        UUID id = write(bytes);
        try (var in = store().read(id, 0, bytes.length)) {
            byte[] first = in.readNBytes(10);
            store().delete(id);
            assertThat(first).isEqualTo(Arrays.copyOf(bytes, 10));
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 10, bytes.length));
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

    byte[] read(UUID id, long offset, long length) throws IOException {
        try (var in = store().read(id, offset, length)) {
            return in.readAllBytes();
        }
    }

    static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
