package dev.mayfly.objects.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Blobs as files: written beside, forced to disk, renamed into one of 4096 folders. One process, or several over one
 * file system that renames atomically.
 */
public final class DirectoryBlobStore implements BlobStore {
    private final Path blobs;
    private final Path unfinished;
    private final boolean force;
    private final ConcurrentHashMap<Path, Boolean> folders = new ConcurrentHashMap<>();

    /** @param root made when missing */
    public DirectoryBlobStore(Path root) throws IOException {
        this(root, true);
    }

    DirectoryBlobStore(Path root, boolean force) throws IOException {
        this.blobs = Files.createDirectories(root.resolve("blobs"));
        this.unfinished = Files.createDirectories(root.resolve("unfinished"));
        this.force = force;
    }

    @Override
    public BlobWrite begin() throws IOException {
        return new FileWrite(BlobIds.next());
    }

    @Override
    public InputStream read(UUID id, long offset, long length) throws IOException {
        FileChannel channel = FileChannel.open(path(id), StandardOpenOption.READ);
        channel.position(offset);
        return new BoundedInput(Channels.newInputStream(channel), length);
    }

    @Override
    public long size(UUID id) throws IOException {
        return Files.size(path(id));
    }

    @Override
    public Optional<Path> file(UUID id) {
        return Optional.of(path(id));
    }

    @Override
    public void delete(UUID id) throws IOException {
        Files.deleteIfExists(path(id));
    }

    @Override
    public void forEachBefore(Instant limit, Consumer<UUID> found) throws IOException {
        try (Stream<Path> shelves = Files.list(blobs)) {
            for (Path shelf : (Iterable<Path>) shelves::iterator) {
                forEachFileBefore(shelf, limit, file -> found.accept(UUID.fromString(name(file))));
            }
        }
    }

    @Override
    public void sweepUnfinished(Instant limit) throws IOException {
        forEachFileBefore(unfinished, limit, Files::deleteIfExists);
    }

    @Override
    public void check() throws IOException {
        if (!Files.isWritable(blobs) || !Files.isWritable(unfinished)) {
            throw new IOException("The blob folder " + blobs + " cannot be written");
        }
    }

    @FunctionalInterface
    private interface FileAction {
        void accept(Path file) throws IOException;
    }

    private static void forEachFileBefore(Path folder, Instant limit, FileAction action) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                        action.accept(file);
                    }
                } catch (NoSuchFileException e) {
                    continue; // renamed or deleted since it was listed
                }
            }
        }
    }

    private Path path(UUID id) {
        return folder(id).resolve(id.toString());
    }

    private Path folder(UUID id) {
        String name = id.toString();
        return blobs.resolve(name.substring(name.length() - 3));
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private void ensureFolder(Path folder) throws IOException {
        if (folders.containsKey(folder)) {
            return;
        }
        try {
            Files.createDirectory(folder);
            force(blobs);
        } catch (FileAlreadyExistsException e) {
            // made by an earlier run or another thread
        }
        folders.put(folder, true);
    }

    private void force(Path folder) throws IOException {
        if (force) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private final class FileWrite implements BlobWrite {
        private final UUID id;
        private final Path temporary;
        private final FileChannel channel;
        private boolean committed;

        FileWrite(UUID id) throws IOException {
            this.id = id;
            this.temporary = unfinished.resolve(id.toString());
            this.channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        @Override
        public UUID id() {
            return id;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        @Override
        public void commit() throws IOException {
            if (force) {
                channel.force(true);
            }
            channel.close();
            Path folder = folder(id);
            ensureFolder(folder);
            Files.move(temporary, folder.resolve(id.toString()), StandardCopyOption.ATOMIC_MOVE);
            force(folder);
            committed = true;
        }

        @Override
        public void close() throws IOException {
            channel.close();
            if (!committed) {
                Files.deleteIfExists(temporary);
            }
        }
    }
}
