package dev.mayfly.host.volume;

import dev.mayfly.sandbox.api.Volume;
import dev.mayfly.sandbox.linux.VolumeImage;
import dev.mayfly.sandbox.linux.VolumeImage.Usage;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Where a volume's files are, and how it is held to its quota. */
sealed interface VolumeFiles {
    /** What functions see. */
    Path files();

    Usage usage() throws IOException;

    /** Lets it hold more; less only from its next mount on. */
    void grow(long quotaBytes) throws IOException, InterruptedException;

    /** Nobody uses it for now. */
    void release() throws IOException, InterruptedException;

    /**
     * Opens the volume of {@code folder} as it was kept so far, or in the way that a new one is to be kept.
     *
     * @param images whether new ones are file systems of their own
     */
    static VolumeFiles open(Path folder, long quotaBytes, boolean images)
            throws VolumeException, IOException, InterruptedException {
        boolean image = Files.exists(folder.resolve("image"));
        if (image || images && !Files.exists(folder.resolve("files"))) {
            if (!images) {
                throw new VolumeException("It is kept in an image, which this host cannot mount");
            }
            return new Image(VolumeImage.mount(folder, quotaBytes));
        }
        Path files = folder.resolve("files");
        if (!Files.exists(files)) {
            Files.createDirectories(files);
            Files.setAttribute(files, "unix:uid", Volume.OWNER);
            Files.setAttribute(files, "unix:gid", Volume.OWNER);
        }
        var plain = new Plain(files);
        if (plain.usage().bytes() > quotaBytes) {
            throw new VolumeException("It holds more than its quota of " + quotaBytes + " bytes");
        }
        return plain;
    }

    /** A file system of its own: the kernel holds the quota. */
    record Image(VolumeImage image) implements VolumeFiles {
        @Override
        public Path files() {
            return image.files();
        }

        @Override
        public Usage usage() throws IOException {
            return image.usage();
        }

        @Override
        public void grow(long quotaBytes) throws IOException, InterruptedException {
            image.grow(quotaBytes);
        }

        @Override
        public void release() throws IOException, InterruptedException {
            image.unmount();
        }
    }

    /** A folder: the quota holds by measurement, when it is mounted next. */
    record Plain(Path files) implements VolumeFiles {
        @Override
        public Usage usage() throws IOException {
            var bytes = new long[1];
            var count = new long[1];
            Files.walkFileTree(files, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return add(folder.equals(files) ? 0 : 1, 0);
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    return add(1, attributes.size());
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException goneMeanwhile) {
                    return FileVisitResult.CONTINUE;
                }

                private FileVisitResult add(int files, long size) {
                    count[0] += files;
                    bytes[0] += size;
                    return FileVisitResult.CONTINUE;
                }
            });
            return new Usage(bytes[0], count[0]);
        }

        @Override
        public void grow(long quotaBytes) {
            // It is looked up at each mount.
        }

        @Override
        public void release() {
            // Nothing is mounted.
        }
    }
}
