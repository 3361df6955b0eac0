package dev.mayfly.sandbox.microvm;

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
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Images of functions' code: what a guest mounts as {@code /var/task}. Made once, bounded on disk. */
final class CodeImages {
    /** Larger than any code that may be deployed (250 MiB); the same for all, as a device cannot change its size. */
    private static final long DEVICE_BYTES = 512L << 20;

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

    /**
     * The image of the code in {@code directory}, made when it is not there.
     *
     * @param sha256 of the code
     */
    Path of(Path directory, String sha256) throws IOException, InterruptedException {
        String name = VmHome.sha256(sha256).substring(0, 32);
        Path image = cache.find(name);
        if (image != null) {
            return image;
        }
        Object lock = making.computeIfAbsent(name, _ -> new Object());
        synchronized (lock) {
            image = cache.find(name);
            return image != null ? image : make(directory, name);
        }
    }

    private Path make(Path directory, String name) throws IOException, InterruptedException {
        Path part = cache.folder().resolve(".part-" + UUID.randomUUID());
        try {
            Commands.run(
                    List.of(
                            "mksquashfs",
                            directory.toString(),
                            part.toString(),
                            "-noappend",
                            "-noI",
                            "-noD",
                            "-noF",
                            "-noX",
                            "-all-root",
                            "-no-progress",
                            "-quiet",
                            "-processors",
                            "1"),
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
        }
    }
}
