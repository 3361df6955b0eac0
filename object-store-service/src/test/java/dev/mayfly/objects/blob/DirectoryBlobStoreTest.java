package dev.mayfly.objects.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mayfly.objects.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBlobStoreTest extends BlobStoreContract {
    @TempDir
    private Path folder;

    private DirectoryBlobStore store;

    @BeforeEach
    void open() throws IOException {
        store = new DirectoryBlobStore(folder);
    }

    @Override
    BlobStore store() {
        return store;
    }

    @Test
    void whatAKilledProcessLeftIsSwept() throws IOException {
        Path left = Files.writeString(folder.resolve("unfinished").resolve("left"), "half");
        store.sweepUnfinished(Instant.now().plusSeconds(1));
        assertThat(left).doesNotExist();
    }

    @Test
    void aFolderThatVanishedIsAnErrorAndAnsweredAsOne() throws IOException {
        UUID id = write(random(10));
        Files.move(folder.resolve("blobs"), folder.resolve("elsewhere"));
        assertThatThrownBy(() -> write(random(10))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read(id, 0, 10)).isInstanceOf(IOException.class);
        assertThatThrownBy(store::check).isInstanceOf(IOException.class);
        assertThat(folder.resolve("unfinished")).isEmptyDirectory();
        Files.move(folder.resolve("elsewhere"), folder.resolve("blobs"));
        store.check();
        assertThat(read(id, 0, 10)).isEqualTo(random(10));
    }

    @Test
    void aFullDiskLeavesNothingBehindAndCanBeUsedWhenThereIsRoom() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(SmallDisk.mount(small, "256k"), "no small file system can be mounted here");
        try {
            var full = new DirectoryBlobStore(small);
            assertThatThrownBy(() -> {
                        try (BlobWrite write = full.begin()) {
                            write.write(random(1 << 20), 0, 1 << 20);
                            write.commit();
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
            assertThat(small.resolve("unfinished")).isEmptyDirectory();
            try (BlobWrite write = full.begin()) {
                write.write(random(1000), 0, 1000);
                write.commit();
                try (var in = full.read(write.id(), 0, 1000)) {
                    assertThat(in.readAllBytes()).isEqualTo(random(1000));
                }
            }
        } finally {
            SmallDisk.unmount(small);
        }
    }
}
