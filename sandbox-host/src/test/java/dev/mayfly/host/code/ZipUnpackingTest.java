package dev.mayfly.host.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipUnpackingTest {
    private static final int FILE = 0100644;
    private static final int PROGRAM = 0100755;
    private static final int LINK = 0120777;

    @TempDir
    private Path folder;

    private record Entry(String name, int mode, String content) {}

    private Path zip(Entry... entries) throws IOException {
        Path path = folder.resolve("code.zip");
        try (var zip = new ZipArchiveOutputStream(path)) {
            for (Entry entry : entries) {
                var header = new ZipArchiveEntry(entry.name());
                header.setUnixMode(entry.mode());
                zip.putArchiveEntry(header);
                zip.write(entry.content().getBytes(StandardCharsets.UTF_8));
                zip.closeArchiveEntry();
            }
        }
        return path;
    }

    private Path target() {
        return folder.resolve("unpacked");
    }

    @Test
    void filesKeepTheirContentAndTheirRightToRun() throws IOException {
        long bytes = ZipUnpacking.unpack(
                zip(new Entry("a/b.js", FILE, "12345"), new Entry("bootstrap", PROGRAM, "#!/bin/sh")), target(), 1000);
        assertThat(bytes).isEqualTo(14);
        assertThat(target().resolve("a/b.js")).hasContent("12345");
        assertThat(Files.isExecutable(target().resolve("bootstrap"))).isTrue();
        assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(target().resolve("a/b.js"))))
                .isEqualTo("r--r--r--");
    }

    @Test
    void linksInsideAreMadeAndLinksOutsideAreNot() throws IOException {
        ZipUnpacking.unpack(zip(new Entry("lib/x", FILE, "x"), new Entry("link", LINK, "lib/x")), target(), 1000);
        assertThat(target().resolve("link")).hasContent("x");
        for (String outside : new String[] {"/etc/passwd", "../../etc/passwd", "lib/../../x"}) {
            assertThatThrownBy(() ->
                            ZipUnpacking.unpack(zip(new Entry("evil", LINK, outside)), folder.resolve("other"), 1000))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("points outside");
        }
    }

    @Test
    void nothingIsWrittenThroughALink() throws IOException {
        Path neighbour = Files.createDirectory(folder.resolve("neighbour"));
        assertThatThrownBy(() -> ZipUnpacking.unpack(
                        zip(new Entry("out", LINK, "../neighbour"), new Entry("out/file", FILE, "x")), target(), 1000))
                .isInstanceOf(IOException.class);
        assertThat(neighbour).isEmptyDirectory();
    }

    @Test
    void entriesOutsideAreRefused() {
        for (String name : new String[] {"../x", "/x", "a/../../x"}) {
            assertThatThrownBy(() -> ZipUnpacking.unpack(zip(new Entry(name, FILE, "x")), target(), 1000))
                    .isInstanceOf(IOException.class);
            assertThat(folder.resolve("x")).doesNotExist();
        }
    }

    @Test
    void noMoreThanTheLimitIsWritten() {
        assertThatThrownBy(() -> ZipUnpacking.unpack(zip(new Entry("zeros", FILE, "0".repeat(5000))), target(), 4999))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("larger than allowed");
    }

    @Test
    void noiseIsRefused() throws IOException {
        Path noise = Files.writeString(folder.resolve("noise.zip"), "this is no zip");
        assertThatThrownBy(() -> ZipUnpacking.unpack(noise, target(), 1000)).isInstanceOf(IOException.class);
    }

    @Test
    void aNameThatComesTwiceIsRefused() {
        assertThatThrownBy(() -> ZipUnpacking.unpack(
                        zip(new Entry("a", FILE, "x"), new Entry("./a", FILE, "y")), target(), 1000))
                .isInstanceOf(InvalidCodeException.class)
                .hasMessageContaining("two entries");
    }

    @Test
    void aLaterLayerTakesThePlaceOfAnEarlierOneAndNothingIsWrittenThroughItsLinks() throws IOException {
        Path below = folder.resolve("below");
        Path above = folder.resolve("above");
        ZipUnpacking.unpack(
                zip(
                        new Entry("both/kept", FILE, "below"),
                        new Entry("both/replaced", FILE, "below"),
                        new Entry("link", LINK, "both"),
                        new Entry("folder/x", FILE, "below")),
                below,
                1000);
        ZipUnpacking.unpack(
                zip(
                        new Entry("both/replaced", FILE, "above"),
                        new Entry("link/kept", FILE, "above"),
                        new Entry("folder", FILE, "above")),
                above,
                1000);
        Trees.moveOver(above, below);
        assertThat(below.resolve("both/kept")).hasContent("below");
        assertThat(below.resolve("both/replaced")).hasContent("above");
        assertThat(below.resolve("link")).isDirectory();
        assertThat(below.resolve("link/kept")).hasContent("above");
        assertThat(below.resolve("folder")).hasContent("above");
    }
}
