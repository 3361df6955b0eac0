package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.wasm.engine.wasi.Errno;
import dev.mayfly.sandbox.wasm.engine.wasi.SharedRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What is known of a file, as WASI tells it. */
record FileFacts(Map<String, Object> unix) {
    private static final int MOST_LISTED = 100_000;
    private static final int ENTRY_BYTES = 11;

    /** A {@code filestat}. */
    byte[] stat() {
        return ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(3)
                .putLong(number("ino"))
                .putLong(type())
                .putLong(number("nlink"))
                .putLong(number("size"))
                .putLong(time("lastAccessTime"))
                .putLong(time("lastModifiedTime"))
                .putLong(time("ctime"))
                .array();
    }

    private long number(String name) {
        return ((Number) Objects.requireNonNull(unix.get(name))).longValue();
    }

    private long time(String name) {
        return ((FileTime) Objects.requireNonNull(unix.get(name))).to(TimeUnit.NANOSECONDS);
    }

    private int type() {
        if (Boolean.TRUE.equals(unix.get("isDirectory"))) {
            return SharedRequest.TYPE_FOLDER;
        }
        if (Boolean.TRUE.equals(unix.get("isRegularFile"))) {
            return SharedRequest.TYPE_FILE;
        }
        return Boolean.TRUE.equals(unix.get("isSymbolicLink")) ? SharedRequest.TYPE_LINK : 0;
    }

    /** What is in a folder: number, type and name of each. */
    static byte[] list(Path folder) throws IOException {
        List<byte[]> entries = new ArrayList<>();
        int length = 0;
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            for (Path each : names) {
                if (entries.size() == MOST_LISTED) {
                    throw new WasiError(Errno.OVERFLOW);
                }
                byte[] entry = entry(each);
                entries.add(entry);
                length += entry.length;
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        entries.forEach(all::put);
        return all.array();
    }

    private static byte[] entry(Path each) throws IOException {
        byte[] name = String.valueOf(each.getFileName()).getBytes(StandardCharsets.UTF_8);
        try {
            var facts = new FileFacts(Files.readAttributes(each, "unix:*", LinkOption.NOFOLLOW_LINKS));
            return ByteBuffer.allocate(ENTRY_BYTES + name.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(facts.number("ino"))
                    .put((byte) facts.type())
                    .putShort((short) name.length)
                    .put(name)
                    .array();
        } catch (NoSuchFileException e) {
            return new byte[0]; // gone meanwhile
        }
    }
}
