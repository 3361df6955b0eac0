package dev.mayfly.host.code;

import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.host.HostProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Unpacked code by the digest of its zip. Fetched once however many ask at once, verified, kept within a bound, and never
 * thrown away while a sandbox uses it.
 */
@Component
public class CodeCache {
    private static final Logger log = LoggerFactory.getLogger(CodeCache.class);

    private final HostProperties properties;
    private final HttpClient http;
    private final Vouching vouching;
    private final Path folder;
    private final Map<String, ReentrantLock> fetching = new ConcurrentHashMap<>();
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    private static final class Entry {
        private final long bytes;
        private int users;
        private long lastUsed = System.nanoTime();

        private Entry(long bytes) {
            this.bytes = bytes;
        }
    }

    /** Code in use: the folder stays until this is closed. */
    public static final class Held implements AutoCloseable {
        private final Path directory;
        private final Runnable release;
        private boolean released;

        private Held(Path directory, Runnable release) {
            this.directory = directory;
            this.release = release;
        }

        /** Holds no code: for sandboxes that need none. */
        public static Held nothing() {
            return new Held(Path.of("/var/empty"), () -> {});
        }

        public Path directory() {
            return directory;
        }

        @Override
        public synchronized void close() {
            if (!released) {
                released = true;
                release.run();
            }
        }
    }

    CodeCache(HostProperties properties, HttpClient http, Vouching vouching) {
        this.properties = properties;
        this.http = http;
        this.vouching = vouching;
        this.folder = properties.data().toAbsolutePath().resolve("code");
    }

    /** Makes the folder, forgets half-made code and counts what an earlier host left. */
    public void open() {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> left = Files.list(folder)) {
                for (Path path : left.toList()) {
                    String name = path.getFileName().toString();
                    if (name.matches("[0-9a-f]{64}")) {
                        entries.put(name, new Entry(size(path)));
                    } else {
                        delete(path);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The code cache at " + folder + " cannot be opened", e);
        }
    }

    /**
     * The unpacked code of {@code version}, held until the caller closes it.
     *
     * @throws IOException when it cannot be fetched, is not what was deployed, or cannot be unpacked
     */
    public Held hold(FunctionVersion version) throws IOException, InterruptedException {
        String sha256 = version.codeSha256();
        if (tryHold(sha256)) {
            return held(sha256);
        }
        ReentrantLock lock = fetching.computeIfAbsent(sha256, digest -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            if (!tryHold(sha256)) {
                fetch(version);
            }
            return held(sha256);
        } finally {
            lock.unlock();
        }
    }

    private Held held(String sha256) {
        return new Held(folder.resolve(sha256), () -> release(sha256));
    }

    private synchronized boolean tryHold(String sha256) {
        Entry entry = entries.get(sha256);
        if (entry == null) {
            return false;
        }
        entry.users++;
        return true;
    }

    private synchronized void release(String sha256) {
        Entry entry = entries.get(sha256);
        if (entry != null) {
            entry.users--;
            entry.lastUsed = System.nanoTime();
        }
    }

    private void fetch(FunctionVersion version) throws IOException, InterruptedException {
        String sha256 = version.codeSha256();
        Path zip = folder.resolve("fetch-" + UUID.randomUUID() + ".zip");
        Path unpacked = folder.resolve("unpack-" + UUID.randomUUID());
        try {
            download(sha256, zip);
            long bytes = ZipUnpacking.unpack(
                    zip, unpacked, properties.code().unzipped().toBytes());
            makeRoom(bytes);
            Files.move(unpacked, folder.resolve(sha256), StandardCopyOption.ATOMIC_MOVE);
            var entry = new Entry(bytes);
            entry.users = 1;
            entries.put(sha256, entry);
        } finally {
            Files.deleteIfExists(zip);
            delete(unpacked);
        }
    }

    private void download(String sha256, Path zip) throws IOException, InterruptedException {
        var voucher = new Voucher(
                "sandbox-host",
                CodeStorage.SYSTEM_ACCOUNT,
                null,
                Role.OWNER,
                null,
                UUID.randomUUID().toString(),
                CodeStorage.target(sha256),
                null,
                vouching.expiry());
        var request = HttpRequest.newBuilder(URI.create(properties.services().objects() + "/s3"))
                .header(Voucher.HEADER, vouching.issue(voucher))
                .timeout(properties.code().fetchTimeout())
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofFile(zip));
        if (answer.statusCode() != 200) {
            throw new IOException("The object store answered " + answer.statusCode() + " for the code " + sha256);
        }
        if (!digest(zip).equals(sha256)) {
            throw new IOException("The object store holds other bytes than were deployed as " + sha256);
        }
    }

    private static String digest(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var sha256 = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }

    /** Throws away what is not in use, least recently used first, until {@code bytes} more are within the limit. */
    private synchronized void makeRoom(long bytes) throws IOException {
        long used = entries.values().stream().mapToLong(entry -> entry.bytes).sum();
        var unused = entries.entrySet().stream()
                .filter(entry -> entry.getValue().users == 0)
                .sorted(Comparator.comparingLong(entry -> entry.getValue().lastUsed))
                .toList();
        for (var entry : unused) {
            if (used + bytes <= properties.code().limit().toBytes()) {
                return;
            }
            entries.remove(entry.getKey());
            delete(folder.resolve(entry.getKey()));
            used -= entry.getValue().bytes;
            log.info("Threw away the unpacked code {}", entry.getKey());
        }
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
