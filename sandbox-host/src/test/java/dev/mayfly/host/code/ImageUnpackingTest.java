package dev.mayfly.host.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.contracts.function.ImageConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageUnpackingTest {
    private static final long LIMIT = 1 << 20;
    private static final String CONFIG = """
            {"architecture":"amd64","os":"linux","config":{"Entrypoint":["/entry"],"Cmd":["a","b"],"Env":["A=1","B=x=y"],
             "WorkingDir":"/work"}}""";

    @TempDir
    Path folder;

    private record Entry(String name, byte type, String content, int mode) {
        static Entry file(String name, String content) {
            return new Entry(name, TarConstants.LF_NORMAL, content, 0100644);
        }

        static Entry link(String name, String target) {
            return new Entry(name, TarConstants.LF_SYMLINK, target, 0120777);
        }

        static Entry hardLink(String name, String target) {
            return new Entry(name, TarConstants.LF_LINK, target, 0100644);
        }

        static Entry directory(String name) {
            return new Entry(name, TarConstants.LF_DIR, "", 040700);
        }
    }

    private static byte[] layer(Entry... entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Entry each : entries) {
                var entry = new TarArchiveEntry(each.name(), each.type(), true);
                entry.setMode(each.mode());
                byte[] content = each.content().getBytes(StandardCharsets.UTF_8);
                boolean file = each.type() == TarConstants.LF_NORMAL;
                if (file) {
                    entry.setSize(content.length);
                } else {
                    entry.setLinkName(each.content());
                }
                tar.putArchiveEntry(entry);
                if (file) {
                    tar.write(content);
                }
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static String digest(byte[] bytes) {
        return HexFormat.of().formatHex(CodeDownloads.newSha256().digest(bytes));
    }

    private static String descriptor(byte[] blob) {
        return "{\"digest\":\"sha256:" + digest(blob) + "\",\"size\":" + blob.length + "}";
    }

    private Path archive(byte[]... layers) throws IOException {
        byte[] config = CONFIG.getBytes(StandardCharsets.UTF_8);
        byte[] manifest = ("{\"config\":" + descriptor(config) + ",\"layers\":"
                        + List.of(layers).stream()
                                .map(ImageUnpackingTest::descriptor)
                                .collect(Collectors.joining(",", "[", "]"))
                        + "}")
                .getBytes(StandardCharsets.UTF_8);
        String index = "{\"manifests\":[" + descriptor(manifest) + "]}";
        Path file = Files.createTempFile(folder, "archive", ".tar");
        List<byte[]> blobs = new ArrayList<>(List.of(layers));
        blobs.add(config);
        blobs.add(manifest);
        try (OutputStream out = Files.newOutputStream(file);
                var tar = new TarArchiveOutputStream(out)) {
            put(tar, "oci-layout", "{}".getBytes(StandardCharsets.UTF_8));
            put(tar, "index.json", index.getBytes(StandardCharsets.UTF_8));
            for (byte[] blob : blobs) {
                put(tar, "blobs/sha256/" + digest(blob), blob);
            }
        }
        return file;
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private Path unpack(byte[]... layers) throws IOException {
        Path place = Files.createTempDirectory(folder, "image");
        ImageUnpacking.unpack(archive(layers), place.resolve("made"), place.resolve("scratch"), LIMIT);
        return place.resolve("made");
    }

    @Test
    void layersOfEveryCompressionLieOverEachOther() throws IOException {
        var gzip = new ByteArrayOutputStream();
        try (var out = new GzipCompressorOutputStream(gzip)) {
            out.write(layer(
                    Entry.file("etc/.wh.gone", ""),
                    Entry.file("opaque/own", "2"),
                    Entry.file("opaque/.wh..wh..opq", ""),
                    Entry.file("lib/through-a-link", "2"),
                    new Entry("bin/program", TarConstants.LF_NORMAL, "x", 0104755)));
        }
        var zstandard = new ByteArrayOutputStream();
        try (var out = new ZstdCompressorOutputStream(zstandard)) {
            out.write(layer(Entry.hardLink("hard", "etc/kept"), Entry.file("etc/replaced", "3")));
        }
        Path image = unpack(
                layer(
                        Entry.directory("usr/lib"),
                        Entry.link("lib", "usr/lib"),
                        Entry.file("etc/gone", "1"),
                        Entry.file("etc/kept", "1"),
                        Entry.file("etc/replaced", "1"),
                        Entry.file("opaque/lower", "1"),
                        new Entry("dev/mem", TarConstants.LF_CHR, "", 0666)),
                gzip.toByteArray(),
                zstandard.toByteArray());
        Path root = ImageUnpacking.root(image);
        assertThat(root.resolve("etc/gone")).doesNotExist();
        assertThat(root.resolve("etc/kept")).hasContent("1");
        assertThat(root.resolve("hard")).hasContent("1");
        assertThat(root.resolve("etc/replaced")).hasContent("3");
        assertThat(root.resolve("opaque/lower")).doesNotExist();
        assertThat(root.resolve("opaque/own")).hasContent("2");
        assertThat(root.resolve("usr/lib/through-a-link")).hasContent("2");
        assertThat(root.resolve("dev")).isEmptyDirectory();
        assertThat((int) Files.getAttribute(root.resolve("bin/program"), "unix:mode") & 07777)
                .isEqualTo(0555);
        var program = ImageUnpacking.program(image, ImageConfig.NONE);
        assertThat(program.command()).containsExactly("/entry", "a", "b");
        assertThat(program.workingDirectory()).isEqualTo("/work");
        assertThat(program.environment()).containsEntry("B", "x=y");
        assertThat(ImageUnpacking.program(image, new ImageConfig(List.of(), List.of("c"), "/other"))
                        .command())
                .containsExactly("/entry", "c");
    }

    @Test
    void nothingOutsideIsReadOrWritten() throws IOException {
        Path neighbour = Files.createDirectory(folder.resolve("neighbour"));
        Files.writeString(neighbour.resolve("secret"), "secret");
        Path image = unpack(
                layer(
                        Entry.link("absolute", neighbour.toString()),
                        Entry.link("upwards", "../../../../../../../../../.." + neighbour),
                        Entry.link("proc", "/proc/self/root"),
                        Entry.link("etc", "/absolute")),
                layer(
                        Entry.file("absolute/a", "x"),
                        Entry.file("upwards/b", "x"),
                        Entry.file("../../../c", "x"),
                        Entry.file("/d", "x"),
                        Entry.file("absolute/.wh.secret", ""),
                        Entry.file("upwards/.wh..wh..opq", "")));
        Path root = ImageUnpacking.root(image);
        assertThat(neighbour).isDirectoryContaining("glob:**/secret");
        try (var files = Files.list(neighbour)) {
            assertThat(files).hasSize(1);
        }
        assertThat(root.resolve("c")).hasContent("x");
        assertThat(root.resolve("d")).hasContent("x");
        for (String point : List.of("proc", "tmp")) {
            Path linked = ImageUnpacking.root(unpack(layer(Entry.link(point, neighbour.toString()))));
            for (Path each : List.of(root, linked)) {
                assertThat(Files.isDirectory(each.resolve(point), LinkOption.NOFOLLOW_LINKS))
                        .isTrue();
            }
        }
        assertThat(Files.readString(Path.of("/etc/passwd"))).isNotEmpty();
        for (String target : List.of(neighbour + "/secret", "../../neighbour/secret", "/etc/passwd", "absent")) {
            assertThatThrownBy(() -> unpack(layer(Entry.hardLink("hard", target))))
                    .isInstanceOf(InvalidCodeException.class);
        }
    }

    @Test
    void whatIsNoImageIsRefused() throws IOException {
        byte[] zeros = layer(Entry.file("zeros", "0".repeat((int) LIMIT + 1)));
        var bomb = new ByteArrayOutputStream();
        try (var out = new GzipCompressorOutputStream(bomb)) {
            out.write(zeros);
        }
        List<byte[]> layers = List.of(
                bomb.toByteArray(),
                layer(Entry.file("a/.wh...", "")),
                layer(Entry.file("a/.wh..", "")),
                layer(Entry.link("a", "b"), Entry.link("b", "a"), Entry.file("a/x", "")),
                layer(Entry.file("n".repeat(300), "x")),
                "this is no tar file".repeat(100).getBytes(StandardCharsets.UTF_8));
        for (byte[] layer : layers) {
            assertThatThrownBy(() -> unpack(layer)).isInstanceOf(InvalidCodeException.class);
        }
        Path noise = Files.writeString(folder.resolve("noise"), "noise");
        assertThatThrownBy(() -> ImageUnpacking.unpack(noise, folder.resolve("made"), folder.resolve("scratch"), LIMIT))
                .isInstanceOf(InvalidCodeException.class);
    }
}
