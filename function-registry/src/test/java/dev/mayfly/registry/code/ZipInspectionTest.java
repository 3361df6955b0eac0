package dev.mayfly.registry.code;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.registry.Zips;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZipInspectionTest {
    private static final long LIMIT = 262_144_000;

    @TempDir
    Path folder;

    @Test
    void findsWhatRuntimesNeed() throws Exception {
        byte[] zip = Zips.of(
                "bootstrap", "#!/bin/sh", "lib/", "", "a.wasm", Zips.MODULE, "lib/b.wasm", Zips.MODULE, "c.wasm", "no");

        CodeContents contents = inspect(zip);

        assertThat(contents.bootstrap()).isTrue();
        assertThat(contents.modules()).containsExactly("a.wasm", "lib/b.wasm");
    }

    @Test
    void readsWhatJavaWrites() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("größe/index.js"));
            zip.write("exports".getBytes(UTF_8));
            zip.setComment("a comment");
        }

        assertThat(inspect(out.toByteArray()).bootstrap()).isFalse();
    }

    @Test
    void componentsAreNoModules() throws Exception {
        byte[] component = {0, 'a', 's', 'm', 13, 0, 1, 0};

        assertThat(inspect(Zips.of("a.wasm", component)).modules()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "a/../../b", "a/..", "..\\a", "x\\..\\..\\a"})
    void refusesDotDot(String name) {
        // commons-compress writes backslashes as they are.
        assertBad(Zips.of(name, "x"), "'..'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "\\a", "C:\\a", "c:/a"})
    void refusesAbsolutePaths(String name) {
        assertBad(
                Zips.write(zip -> {
                    var entry = new ZipArchiveEntry("x") {
                        @Override
                        public String getName() {
                            return name;
                        }
                    };
                    zip.putArchiveEntry(entry);
                    zip.closeArchiveEntry();
                }),
                "absolute path");
    }

    @ParameterizedTest
    @CsvSource({
        "a, /etc/passwd",
        "a, ..",
        "a, ../b",
        "a/b, ../../c",
        "a/b, c/../../../d",
        "a/b, ../c/..",
        "a/b, ./../..",
    })
    void refusesLinksThatLeave(String name, String target) {
        assertBad(Zips.symlink(name, target), "points outside");
    }

    @ParameterizedTest
    @CsvSource({"a, b", "node_modules/.bin/tsc, ../typescript/bin/tsc", "a/b/c, ../../d", "a, ./b/c", "a, b/."})
    void allowsLinksThatStay(String name, String target) throws Exception {
        assertThat(inspect(Zips.symlink(name, target)).modules()).isEmpty();
    }

    @Test
    void refusesEntriesBehindLinks() {
        assertBad(
                Zips.write(zip -> {
                    Zips.add(zip, "p/q/up", 0120777, "..".getBytes(UTF_8));
                    Zips.add(zip, "p/q/up/evil", 0100644, new byte[1]);
                }),
                "behind a symbolic link");
    }

    @Test
    void refusesEntriesBehindLinksThatComeLater() {
        assertBad(
                Zips.write(zip -> {
                    Zips.add(zip, "a//./b/evil", 0100644, new byte[1]);
                    Zips.add(zip, "a/b", 0120777, "c".getBytes(UTF_8));
                }),
                "behind a symbolic link");
    }

    @Test
    void refusesDevices() {
        assertBad(Zips.write(zip -> Zips.add(zip, "null", 0020666, new byte[0])), "neither a file");
    }

    @Test
    void refusesLongNames() {
        assertBad(Zips.of("a".repeat(256), "x"), "longer than 255");
        assertBad(Zips.of("a/".repeat(600) + "b", "x"), "longer than 1024");
    }

    @Test
    void countsWhatABombUnpacksTo() {
        byte[] zeros = new byte[1 << 20];
        byte[] zip = Zips.write(out -> {
            for (int i = 0; i < 250; i++) {
                Zips.add(out, "zeros-" + i, 0100644, zeros);
            }
        });

        assertThat(zip.length).isLessThan(1 << 20);
        assertBad(zip, "Unzipped size must be smaller than 262144000 bytes");
    }

    @Test
    void doesNotBelieveDeclaredSizes() throws IOException {
        byte[] zip = Zips.of("zeros", new byte[2 << 20]);
        int central = indexOf(zip, 0x02014b50);
        little(zip).putInt(central + 24, 10);

        assertThatThrownBy(() -> inspect(zip)).hasMessageContaining("checksum");
    }

    @Test
    void refusesMoreEntriesThanAllowed() {
        byte[] zip = Zips.of("a", "", "b", "", "c", "");

        assertThatThrownBy(() -> ZipInspection.inspect(write(zip), LIMIT, 2)).hasMessageContaining("has 3 entries");
    }

    @Test
    void refusesZip64Directories() {
        byte[] zip = Zips.write(out -> {
            for (int i = 0; i < 70_000; i++) {
                Zips.add(out, "f" + i, 0100644, new byte[0]);
            }
        });

        assertBad(zip, "ZIP64");
    }

    @Test
    void refusesAnEmptyZip() {
        assertBad(Zips.of(), "non-empty zip");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 21, 22, 60, 120})
    void refusesWhatWasCutOff(int missing) {
        byte[] zip = Zips.of("index.js", "exports.handler = () => 1", "other.js", "x".repeat(1000));

        assertBad(Arrays.copyOf(zip, zip.length - missing), "Could not unzip uploaded file");
    }

    @Test
    void refusesWhatIsNoZip() {
        assertBad("no zip at all, but long enough for one".getBytes(UTF_8), "Could not unzip uploaded file");
        assertBad(new byte[0], "Could not unzip uploaded file");
        assertBad(new byte[100_000], "Could not unzip uploaded file");
    }

    @Test
    void refusesDamagedContent() {
        byte[] text = new byte[5000];
        new Random(1).nextBytes(text);
        byte[] zip = Zips.of("index.js", text);
        zip[200] ^= 0x55;

        assertBad(zip, "Could not unzip uploaded file");
    }

    @Test
    void refusesEncryption() {
        byte[] zip = Zips.of("index.js", "x");
        zip[indexOf(zip, 0x02014b50) + 8] |= 1;

        assertBad(zip, "encrypted");
    }

    @Test
    void refusesOtherMethods() {
        byte[] zip = Zips.of("index.js", "x");
        zip[indexOf(zip, 0x02014b50) + 10] = 12;

        assertBad(zip, "method 12");
    }

    @Test
    void refusesAnotherNameInTheLocalHeader() {
        byte[] zip = Zips.of("index.js", "x");
        zip[30] = 'X';

        assertBad(zip, "is not where its directory says");
    }

    @Test
    void anyByteFlippedIsRefusedOrHarmless() throws IOException {
        byte[] zip = Zips.of("index.js", "exports.handler = () => 1", "lib/a.js", "x".repeat(100));
        for (int i = 0; i < zip.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = zip.clone();
                flipped[i] ^= (byte) (1 << bit);
                try {
                    inspect(flipped);
                } catch (BadZipException e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
            }
        }
    }

    private void assertBad(byte[] zip, String message) {
        assertThatThrownBy(() -> inspect(zip))
                .isInstanceOf(BadZipException.class)
                .hasMessageContaining(message);
    }

    private CodeContents inspect(byte[] zip) throws IOException, BadZipException {
        return ZipInspection.inspect(write(zip), LIMIT, 65_535);
    }

    private Path write(byte[] zip) throws IOException {
        return Files.write(folder.resolve("code.zip"), zip);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int indexOf(byte[] zip, int signature) {
        ByteBuffer buffer = little(zip);
        for (int i = 0; i < zip.length - 4; i++) {
            if (buffer.getInt(i) == signature) {
                return i;
            }
        }
        throw new AssertionError("no such record");
    }
}
