package dev.mayfly.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Volume;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeImageTest {
    private static final long MEGABYTE = 1 << 20;

    @TempDir
    private Path folder;

    @BeforeEach
    void requireImages() throws IOException {
        String reason = VolumeImage.whyNot(folder);
        Assumptions.assumeTrue(reason == null, String.valueOf(reason));
    }

    @AfterEach
    void unmount() throws IOException {
        Mounts.detachAll(folder);
    }

    private static long size(VolumeImage volume) throws IOException {
        FileStore store = Files.getFileStore(volume.files());
        return store.getTotalSpace();
    }

    private static boolean mayGrowWhatIsMounted() throws IOException {
        String capabilities = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .findAny()
                .orElseThrow();
        long sysResource = 1L << 24;
        return (Long.parseUnsignedLong(
                                capabilities.substring("CapEff:".length()).strip(), 16)
                        & sysResource)
                != 0;
    }

    @Test
    void growsWhileItIsMountedShrinksWhileItIsNotAndKeepsWhatIsInIt() throws Exception {
        Path place = folder.resolve("volume");
        VolumeImage volume = VolumeImage.mount(place, 32 * MEGABYTE);
        assertThat(volume.usage())
                .isEqualTo(new VolumeImage.Usage(volume.usage().bytes(), 0));
        assertThat(volume.usage().bytes()).isLessThan(MEGABYTE);
        assertThat(Files.getAttribute(volume.files(), "unix:uid")).isEqualTo(Volume.OWNER);
        Files.write(volume.files().resolve("kept"), new byte[3 << 20]);
        assertThat(volume.usage().files()).isEqualTo(1);
        assertThat(volume.usage().bytes()).isBetween(3 * MEGABYTE, 4 * MEGABYTE);
        assertThat(size(volume)).isBetween(16 * MEGABYTE, 32 * MEGABYTE);

        boolean grown = volume.grow(128 * MEGABYTE);
        assertThat(grown).isEqualTo(mayGrowWhatIsMounted());
        if (grown) {
            assertThat(size(volume)).isBetween(96 * MEGABYTE, 128 * MEGABYTE);
        } else {
            assertThat(size(volume)).isBetween(16 * MEGABYTE, 32 * MEGABYTE);
            volume.unmount();
        }

        // As a host finds it whose predecessor was killed.
        VolumeImage again = VolumeImage.mount(place, 128 * MEGABYTE);
        assertThat(again.files().resolve("kept")).hasSize(3 << 20);
        assertThat(Mounts.at(place)).hasSize(1);
        assertThat(size(again)).isBetween(96 * MEGABYTE, 128 * MEGABYTE);

        again.unmount();
        again.unmount();
        assertThat(Mounts.at(place)).isEmpty();
        VolumeImage smaller = VolumeImage.mount(place, 64 * MEGABYTE);
        assertThat(size(smaller)).isBetween(40 * MEGABYTE, 64 * MEGABYTE);
        assertThat(smaller.files().resolve("kept")).hasSize(3 << 20);
    }
}
