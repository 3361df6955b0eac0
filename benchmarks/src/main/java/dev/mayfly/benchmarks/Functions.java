package dev.mayfly.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The functions that are measured; their sources are resources of this program. */
final class Functions {
    /** The handler of every node measurement, on Mayfly and in the baselines. */
    static final String ECHO = text("echo.js");

    private Functions() {}

    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    static byte[] bytes(String name) {
        try (InputStream resource = Objects.requireNonNull(Functions.class.getResourceAsStream(name), name)) {
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }

    static byte[] nodeZip() throws IOException {
        return zip("index.js", ECHO.getBytes(StandardCharsets.UTF_8));
    }

    /** A function that remembers what it was given, and tells it when asked. */
    static byte[] witnessZip() throws IOException {
        return zip("index.js", bytes("witness.js"));
    }

    static byte[] wasmZip() throws IOException {
        return zip("echo.wasm", bytes("echo.wasm"));
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }
}
