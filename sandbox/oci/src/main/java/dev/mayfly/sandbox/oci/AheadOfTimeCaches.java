package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.guest.GuestEnvironment;
import dev.mayfly.sandbox.guest.GuestLink;
import dev.mayfly.sandbox.guest.JavaRuntime;
import dev.mayfly.sandbox.linux.GuestProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JVM's ahead-of-time caches (JEP 514) of functions in Java: loaded and linked classes as they were at the end of the init
 * phase. A cache is named by all that the JVM which made it was given, and made in a sandbox without any network, so that
 * nobody can leave something in another's.
 */
final class AheadOfTimeCaches {
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    private static final int TRAINING_MB = 1536;
    private static final int TRAINING_TMP_MB = 512;
    private static final int WRITING_SECONDS = 120;
    private static final long LARGEST = 256L << 20;
    private static final long MOST_BYTES = 1L << 30;

    private final Path folder;
    private final ScheduledExecutorService timer;
    private final ConcurrentHashMap<String, Object> making = new ConcurrentHashMap<>();

    AheadOfTimeCaches(Path folder, ScheduledExecutorService timer) {
        this.folder = folder;
        this.timer = timer;
    }

    /** What making the cache of a function of that size takes. */
    static int trainingMb(int memoryMb) {
        return Math.max(memoryMb, TRAINING_MB);
    }

    private static String nameOf(SandboxSpec spec) {
        String all = String.join(
                "\n",
                System.getProperty("java.vm.version") + System.getProperty("java.home"),
                spec.code().sha256(),
                spec.code().handler(),
                Integer.toString(spec.memoryMb()),
                GuestEnvironment.ofEveryStart(spec).toString());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** The cache for a start of {@code spec}, or null when there is none. */
    @Nullable
    Path find(SandboxSpec spec) throws IOException {
        Path cache = folder.resolve(nameOf(spec));
        try {
            // Its time is part of nothing: the JVM looks at the class path's.
            Files.setLastModifiedTime(cache, FileTime.from(Instant.now()));
            return cache;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Makes the cache, unless it is there. */
    void make(Container.Ground ground, SandboxSpec spec, List<String> command)
            throws IOException, SandboxStartException, InterruptedException {
        String name = nameOf(spec);
        synchronized (making.computeIfAbsent(name, _ -> new Object())) {
            if (find(spec) == null) {
                train(ground, spec, command, name);
            }
        }
        making.remove(name);
    }

    private void train(Container.Ground ground, SandboxSpec spec, List<String> command, String name)
            throws IOException, SandboxStartException, InterruptedException {
        int memory = trainingMb(spec.memoryMb());
        SandboxSpec alone = new SandboxSpec(
                spec.id(),
                spec.code(),
                spec.environment(),
                memory,
                TRAINING_TMP_MB,
                spec.initTimeout(),
                NOWHERE,
                false,
                spec.logs());
        Map<String, String> environment = new HashMap<>(GuestEnvironment.of(alone, "127.0.0.1"));
        environment.put("JDK_AOT_VM_OPTIONS", JavaRuntime.CACHE_OPTIONS);
        try (Container container = Container.create(ground, spec.id(), false, TRAINING_TMP_MB, null)) {
            container.give(alone);
            container.run(command, environment, memory);
            awaitInit(container, spec);
            // The runtime loses its connection and ends; the JVM writes the cache on its way out.
            container.link().close();
            GuestProcess.Exit exit = container.awaitExit(WRITING_SECONDS, TimeUnit.SECONDS);
            if (exit == null) {
                throw new IOException("The JVM did not write the cache within " + WRITING_SECONDS + " s");
            }
            keep(container.tmp().resolve(Path.of(JavaRuntime.TRAINED).getFileName()), name);
        }
    }

    private void awaitInit(Container container, SandboxSpec spec)
            throws IOException, SandboxStartException, InterruptedException {
        var late = new AtomicBoolean();
        Runnable end = () -> {
            late.set(true);
            container.kill();
        };
        ScheduledFuture<?> deadline = timer.schedule(end, spec.initTimeout().toMillis(), TimeUnit.MILLISECONDS);
        try {
            var outcome = container.link().begin(new GuestLink.Load("", "", Map.of()));
            if (outcome instanceof GuestLink.InitOutcome.Failed failed && !late.get()) {
                throw SandboxStartException.function(failed.errorType(), failed.errorMessage(), 0);
            }
        } catch (IOException e) {
            if (!late.get()) {
                throw e;
            }
        } finally {
            deadline.cancel(false);
        }
        if (late.get()) {
            throw SandboxStartException.function(
                    "Sandbox.Timedout",
                    "Error: Init phase timed out after " + spec.initTimeout().toMillis() / 1000.0 + " seconds",
                    spec.initTimeout().toNanos());
        }
    }

    /** What lies there was left by the function: it may be anything. */
    private void keep(Path trained, String name) throws IOException {
        Files.createDirectories(folder);
        Path part = folder.resolve(".part-" + UUID.randomUUID());
        try (var channel = Files.newByteChannel(trained, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
                InputStream in = Channels.newInputStream(channel)) {
            long size = channel.size();
            if (!Files.isRegularFile(trained, LinkOption.NOFOLLOW_LINKS) || size == 0 || size > LARGEST) {
                throw new IOException("The cache that the JVM wrote has " + size + " bytes");
            }
            Files.copy(in, part);
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("r--r--r--"));
            Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        makeRoom();
    }

    private synchronized void makeRoom() throws IOException {
        List<Path> oldestLast;
        try (Stream<Path> files = Files.list(folder)) {
            oldestLast = files.sorted(Comparator.comparingLong(
                                    (Path file) -> file.toFile().lastModified())
                            .reversed())
                    .toList();
        }
        long bytes = 0;
        for (Path file : oldestLast) {
            bytes += Files.size(file);
            if (bytes > MOST_BYTES) {
                Files.deleteIfExists(file);
            }
        }
    }
}
