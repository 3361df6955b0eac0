package dev.mayfly.objects.blob;

import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.RemoveObjectArgs;
import io.minio.StatObjectArgs;
import io.minio.UploadObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Blobs as objects of any S3, MinIO first. A write is spooled to a local file, so that neither its length must be known
 * nor a part of it be held in the heap, and sent when it is complete.
 */
public final class S3BlobStore implements BlobStore {
    private static final String PREFIX = "blobs/";
    private static final Set<String> NOT_THERE = Set.of("NoSuchKey", "NoSuchBucket");

    private final MinioClient client;
    private final String bucket;
    private final Path spool;
    private volatile boolean bucketKnown;

    /** @param spool local folder for writes in progress, made when missing */
    public S3BlobStore(MinioClient client, String bucket, Path spool) throws IOException {
        this.client = client;
        this.bucket = bucket;
        this.spool = Files.createDirectories(spool);
    }

    @Override
    public BlobWrite begin() throws IOException {
        return new SpooledWrite(BlobIds.next());
    }

    @Override
    public InputStream read(UUID id, long offset, long length) throws IOException {
        if (length == 0) {
            return InputStream.nullInputStream();
        }
        return new BoundedInput(
                ask(
                        "The blob store did not answer a read",
                        () -> client.getObject(GetObjectArgs.builder()
                                .bucket(bucket)
                                .object(name(id))
                                .offset(offset)
                                .length(length)
                                .build())),
                length);
    }

    @Override
    public long size(UUID id) throws IOException {
        return ask(
                "The blob store did not say how large a blob is",
                () -> client.statObject(StatObjectArgs.builder()
                                .bucket(bucket)
                                .object(name(id))
                                .build())
                        .size());
    }

    @Override
    public void delete(UUID id) throws IOException {
        ask("The blob store did not delete " + id, () -> {
            client.removeObject(
                    RemoveObjectArgs.builder().bucket(bucket).object(name(id)).build());
            return id;
        });
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask() throws MinioException, IOException;
    }

    /** @throws NoSuchFileException when the server says that there is no such blob */
    private static <T> T ask(String failure, Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (ErrorResponseException e) {
            if (NOT_THERE.contains(e.errorResponse().code())) {
                throw new NoSuchFileException(failure);
            }
            throw new IOException(failure, e);
        } catch (MinioException | IllegalStateException e) {
            // The client wraps in an IllegalStateException what the network did.
            throw new IOException(failure, e);
        }
    }

    @Override
    public void forEachBefore(Instant limit, Consumer<UUID> found) throws IOException {
        ensureBucket();
        var all = client.listObjects(ListObjectsArgs.builder()
                .bucket(bucket)
                .prefix(PREFIX)
                .recursive(true)
                .build());
        for (var result : all) {
            var item = ask("The blob store did not list its blobs", result::get);
            if (item.lastModified().toInstant().isBefore(limit)) {
                found.accept(UUID.fromString(item.objectName().substring(PREFIX.length())));
            }
        }
    }

    @Override
    public void sweepUnfinished(Instant limit) throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                        Files.deleteIfExists(file);
                    }
                } catch (NoSuchFileException e) {
                    continue; // ended since it was listed
                }
            }
        }
    }

    @Override
    public void check() throws IOException {
        bucketKnown = false;
        ensureBucket();
    }

    private void ensureBucket() throws IOException {
        if (bucketKnown) {
            return;
        }
        bucketKnown = ask("The blob store has no bucket " + bucket + " and did not make it", () -> {
            if (!client.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())) {
                client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
            }
            return true;
        });
    }

    private static String name(UUID id) {
        return PREFIX + id;
    }

    private final class SpooledWrite implements BlobWrite {
        private final UUID id;
        private final Path file;
        private final FileChannel channel;

        SpooledWrite(UUID id) throws IOException {
            this.id = id;
            this.file = spool.resolve(id.toString());
            this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
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
            channel.close();
            ensureBucket();
            ask(
                    "The blob store did not take a blob",
                    () -> client.uploadObject(UploadObjectArgs.builder()
                            .bucket(bucket)
                            .object(name(id))
                            .filename(file.toString())
                            .contentType("application/octet-stream")
                            .build()));
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(file);
        }
    }
}
