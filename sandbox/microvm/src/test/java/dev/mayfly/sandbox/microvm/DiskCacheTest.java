package dev.mayfly.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskCacheTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path entry(String name, int hoursAgo) throws IOException {
        Path entry = Files.writeString(folder.resolve(name), "x".repeat(100));
        Files.setLastModifiedTime(entry, FileTime.from(Instant.now().minusSeconds(hoursAgo * 3600L)));
        return entry;
    }

    @Test
    void theLeastRecentlyUsedGo() throws IOException {
        DiskCache cache = new DiskCache(folder, 250, Files::size);
        Path oldest = entry("oldest", 9);
        Path old = entry("old", 5);
        Path added = entry("added", 0);
        Path unfinished = entry(".part", 9);
        assertThat(cache.find("oldest")).isEqualTo(oldest); // and so it is used now
        cache.added(added);
        assertThat(old).doesNotExist();
        assertThat(oldest).exists();
        assertThat(added).exists();
        assertThat(unfinished).exists();
    }

    @Test
    void whatWasJustAddedStaysThoughItIsTooLarge() throws IOException {
        DiskCache cache = new DiskCache(folder, 50, Files::size);
        Path old = entry("old", 5);
        Path added = entry("added", 9);
        cache.added(added);
        assertThat(old).doesNotExist();
        assertThat(added).exists();
    }

    @Test
    void whatIsNotThereIsNotFound() throws IOException {
        assertThat(new DiskCache(folder, 50, Files::size).find("nothing")).isNull();
    }

    @Test
    void whatAKilledOwnerBeganGoes() throws IOException {
        Path entry = entry("entry", 1);
        Path part = Files.createDirectories(folder.resolve(".part-1"));
        Files.writeString(part.resolve("memory"), "x");
        new DiskCache(folder, 50, Files::size).clean();
        assertThat(part).doesNotExist();
        assertThat(entry).exists();
        assertThat(Objects.requireNonNull(entry.getParent())).isDirectory();
    }
}
