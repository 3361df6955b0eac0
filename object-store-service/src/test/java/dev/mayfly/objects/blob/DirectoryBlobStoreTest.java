package dev.mayfly.objects.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
    void aBlobThatIsTooShortIsAnErrorAndNotAnEnd() throws IOException {
        var id = write(new byte[10]);
        try (var in = store.read(id, 5, 10)) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(EOFException.class);
        }
    }
}
