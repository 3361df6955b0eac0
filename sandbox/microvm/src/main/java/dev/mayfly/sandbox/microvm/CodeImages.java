package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.api.FunctionCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Images of functions' code, made once, bounded on disk. A guest mounts one as {@code /var/task}; when there are layers, its
 * folders {@code task} and {@code opt} become {@code /var/task} and {@code /opt}.
 */
final class CodeImages {
    /** Larger than any code or image that may be deployed; the same for all, as a device cannot change its size. */
    private static final long DEVICE_BYTES = 12L << 30;

    /** Sees the folders $1 and $2 as {@code task} and {@code opt} in $3, alone; runs the rest. */
    private static final String UNITE =
            "set -e; mount --bind \"$1\" \"$3/task\"; mount --bind \"$2\" \"$3/opt\"; shift 3; exec \"$@\"";

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final DiskCache cache;
    private final ConcurrentHashMap<String, Object> making = new ConcurrentHashMap<>();

    CodeImages(Path folder, int megabytes) {
        this.cache = new DiskCache(folder, (long) megabytes << 20, CodeImages::usedBytes);
    }

    /** A device without anything on it, that takes no space. */
    static Path makeEmpty(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            extend(channel);
        }
        readable(file);
        return file;
    }

    private static void readable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static void extend(FileChannel channel) throws IOException {
        if (channel.size() > DEVICE_BYTES) {
            throw new IOException("The code is larger than " + (DEVICE_BYTES >> 20) + " MiB");
        }
        if (channel.size() < DEVICE_BYTES) {
            channel.write(ByteBuffer.allocate(1), DEVICE_BYTES - 1);
        }
    }

    /** Copies an image onto an empty device. */
    static void copy(Path image, Path device) throws IOException {
        try (FileChannel from = FileChannel.open(image, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(device, StandardOpenOption.WRITE)) {
            long used = usedBytes(from);
            for (long at = 0; at < used; ) {
                at += from.transferTo(at, used - at, to.position(at));
            }
        }
    }

    private static long usedBytes(Path image) throws IOException {
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
            return usedBytes(channel);
        }
    }

    /** A squashfs says how large it is, at byte 40. */
    private static long usedBytes(FileChannel image) throws IOException {
        ByteBuffer field = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        image.read(field, 40);
        return (field.flip().getLong() + 4095) / 4096 * 4096;
    }

    /** The image of that code, made when it is not there. */
    Path of(FunctionCode code) throws IOException, InterruptedException {
        String name = VmHome.sha256(code.sha256()).substring(0, 32);
        Path image = cache.find(name);
        if (image != null) {
            return image;
        }
        Object lock = making.computeIfAbsent(name, _ -> new Object());
        synchronized (lock) {
            image = cache.find(name);
            return image != null ? image : make(code, name);
        }
    }

    private static List<String> squash(Path directory, Path image) {
        return List.of(
                "mksquashfs",
                directory.toString(),
                image.toString(),
                "-noappend",
                "-noI",
                "-noD",
                "-noF",
                "-noX",
                "-all-root",
                "-no-progress",
                "-quiet",
                "-processors",
                "1");
    }

    private static List<String> squash(Path directory, Path layers, Path image) throws IOException {
        Path both = Files.createDirectory(image.resolveSibling(image.getFileName() + "-both"));
        Files.createDirectory(both.resolve("task"));
        Files.createDirectory(both.resolve("opt"));
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "/bin/sh", "-c", UNITE, "unite"));
        command.addAll(List.of(directory.toString(), layers.toString(), both.toString()));
        command.addAll(squash(both, image));
        return command;
    }

    private Path make(FunctionCode code, String name) throws IOException, InterruptedException {
        Path part = cache.folder().resolve(".part-" + UUID.randomUUID());
        try {
            Path layers = code.layers();
            Commands.run(
                    layers == null ? squash(code.directory(), part) : squash(code.directory(), layers, part),
                    LIMIT,
                    _ -> {});
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                extend(channel);
            }
            readable(part);
            Path image = cache.folder().resolve(name);
            Files.move(part, image, StandardCopyOption.ATOMIC_MOVE);
            cache.added(image);
            making.remove(name);
            return image;
        } finally {
            Files.deleteIfExists(part);
            VmHome.deleteTree(part.resolveSibling(part.getFileName() + "-both"));
        }
    }
}
