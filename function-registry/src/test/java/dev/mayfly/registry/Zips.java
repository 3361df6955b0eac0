package dev.mayfly.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Zips to deploy, good and bad. */
public final class Zips {
    public static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private Zips() {}

    /** Names and contents by turns; a content is a String or bytes. */
    public static byte[] of(Object... namesAndContents) {
        return write(zip -> {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                Object content = namesAndContents[i + 1];
                add(
                        zip,
                        (String) namesAndContents[i],
                        0100644,
                        content instanceof byte[] bytes
                                ? bytes
                                : content.toString().getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /** What writes entries. */
    @FunctionalInterface
    public interface Writer {
        void write(ZipArchiveOutputStream zip) throws IOException;
    }

    public static byte[] write(Writer writer) {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipArchiveOutputStream(out)) {
            writer.write(zip);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static void add(ZipArchiveOutputStream zip, String name, int mode, byte[] content) throws IOException {
        var entry = new ZipArchiveEntry(name);
        entry.setUnixMode(mode);
        entry.setTime(0); // the same content is the same zip, whatever the time
        zip.putArchiveEntry(entry);
        zip.write(content);
        zip.closeArchiveEntry();
    }

    public static byte[] symlink(String name, String target) {
        return write(zip -> add(zip, name, 0120777, target.getBytes(StandardCharsets.UTF_8)));
    }
}
