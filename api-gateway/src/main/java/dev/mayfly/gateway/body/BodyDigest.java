package dev.mayfly.gateway.body;

import dev.mayfly.gateway.GatewaySettings;
import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import dev.mayfly.gateway.signature.Hashing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Takes in a whole body to learn its digest: in memory when it is short, on disk when it is not. Only for requests whose
 * signature covers a digest that the client did not send.
 */
@Component
public class BodyDigest implements SmartLifecycle {
    private static final String PREFIX = "body-";

    private final Path folder;
    private final long inMemory;
    private final long spoolLimit;
    private final AtomicLong spooled = new AtomicLong();
    private volatile boolean running;

    BodyDigest(GatewaySettings settings) {
        this.folder = settings.data().resolve("spool");
        this.inMemory = settings.memoryBody().toBytes();
        this.spoolLimit = settings.spool().toBytes();
    }

    /**
     * Reads {@code body} to its end. Fails with a {@link RefusedException} inside a runtime exception when it is longer
     * than {@code limit}, or when the disk space set aside is in use.
     *
     * @param contentLength as announced, or -1
     * @param limit bytes
     */
    public Mono<DigestedBody> read(Flux<ByteBuf> body, long contentLength, long limit) {
        if (contentLength > limit) {
            return Mono.error(tooLarge(limit));
        }
        return contentLength >= 0 && contentLength <= inMemory
                ? inMemory(body)
                : Mono.defer(() -> onDisk(body, contentLength < 0 ? limit : contentLength, limit));
    }

    private static Mono<DigestedBody> inMemory(Flux<ByteBuf> body) {
        return body.map(BodyDigest::copy).collectList().map(parts -> {
            byte[] all = join(parts);
            MessageDigest digest = Hashing.newDigest();
            return new DigestedBody(
                    Hashing.hex(digest.digest(all)),
                    all.length,
                    Mono.fromSupplier(() -> Unpooled.wrappedBuffer(all)),
                    () -> {});
        });
    }

    private static byte[] copy(ByteBuf part) {
        byte[] bytes = new byte[part.readableBytes()];
        part.getBytes(part.readerIndex(), bytes);
        return bytes;
    }

    private static byte[] join(java.util.List<byte[]> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        int length = parts.stream().mapToInt(part -> part.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private Mono<DigestedBody> onDisk(Flux<ByteBuf> body, long reserve, long limit) {
        if (spooled.addAndGet(reserve) > spoolLimit) {
            spooled.addAndGet(-reserve);
            return Mono.error(new DigestRefused(new RefusedException(
                    Refusal.BUSY, "Too many large uploads are under way. Please try again shortly.")));
        }
        return Mono.fromCallable(() -> new Spool(Files.createTempFile(folder, PREFIX, null), reserve))
                .subscribeOn(Schedulers.boundedElastic())
                .doOnError(e -> spooled.addAndGet(-reserve))
                .flatMap(spool -> body.map(BodyDigest::copy)
                        .concatMap(part -> spool.append(part, limit))
                        .then(Mono.fromSupplier(spool::digested))
                        .doOnError(e -> spool.delete())
                        .doOnCancel(spool::delete));
    }

    private static DigestRefused tooLarge(long limit) {
        return new DigestRefused(
                new RefusedException(Refusal.TOO_LARGE, "Request must be smaller than " + limit + " bytes"));
    }

    /** One body on disk. Used by one thread at a time. */
    private final class Spool {
        private final Path file;
        private final long reserved;
        private final FileChannel channel;
        private final MessageDigest digest = Hashing.newDigest();
        private long length;
        private final java.util.concurrent.atomic.AtomicBoolean deleted =
                new java.util.concurrent.atomic.AtomicBoolean();

        private Spool(Path file, long reserved) throws IOException {
            this.file = file;
            this.reserved = reserved;
            this.channel = FileChannel.open(file, StandardOpenOption.WRITE);
        }

        private Mono<Void> append(byte[] part, long limit) {
            return Mono.<Void>fromRunnable(() -> {
                        length += part.length;
                        if (length > limit) {
                            throw tooLarge(limit);
                        }
                        digest.update(part);
                        write(part);
                    })
                    .subscribeOn(Schedulers.boundedElastic());
        }

        private void write(byte[] part) {
            try {
                var buffer = java.nio.ByteBuffer.wrap(part);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("A body could not be kept in " + folder, e);
            }
        }

        private DigestedBody digested() {
            return new DigestedBody(Hashing.hex(digest.digest()), length, pieces(), this::delete);
        }

        private Flux<ByteBuf> pieces() {
            return Flux.generate(
                            () -> FileChannel.open(file, StandardOpenOption.READ),
                            (FileChannel source, reactor.core.publisher.SynchronousSink<ByteBuf> sink) -> {
                                var buffer = java.nio.ByteBuffer.allocate(64 * 1024);
                                try {
                                    if (source.read(buffer) < 0) {
                                        sink.complete();
                                    } else {
                                        sink.next(Unpooled.wrappedBuffer(buffer.flip()));
                                    }
                                } catch (IOException e) {
                                    sink.error(e);
                                }
                                return source;
                            },
                            BodyDigest::close)
                    .subscribeOn(Schedulers.boundedElastic());
        }

        private void delete() {
            if (deleted.compareAndSet(false, true)) {
                spooled.addAndGet(-reserved);
                close(channel);
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException("A spooled body could not be deleted", e);
                }
            }
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("A spooled body could not be closed", e);
        }
    }

    /** Makes the folder, and forgets what a killed process left in it. */
    @Override
    public void start() {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> left = Files.list(folder)) {
                for (Path file : left.filter(
                                path -> path.getFileName().toString().startsWith(PREFIX))
                        .toList()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The folder " + folder + " cannot be used (set MAYFLY_DATA)", e);
        }
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
