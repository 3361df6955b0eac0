package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.guest.GuestEnvironment;
import dev.mayfly.sandbox.guest.Runtimes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of machines without a function: booted, the runtime up and rehearsed. Made once for each kind and kept on disk,
 * so that no machine boots while somebody waits.
 */
final class ShellImages {
    private static final Logger log = LoggerFactory.getLogger(ShellImages.class);
    private static final int ATTEMPTS = 3;
    private static final Duration SAVE_LIMIT = Duration.ofSeconds(60);

    /** Twenty or so; those of earlier versions of the image, QEMU or an interpreter go in time. */
    private static final long MOST_BYTES = 4L << 30;

    /**
     * OpenSSL starts its random generator anew when the clock stands before its last start. A shell lives in the future, so
     * that this happens, in every thread, in each copy, which lives in the present.
     */
    private static final Duration AHEAD = Duration.ofDays(3650);

    private final Ground ground;
    private final Runtimes runtimes;
    private final ScheduledExecutorService timer;
    private final Path folder;
    private final DiskCache cache;
    private final ConcurrentHashMap<ShellKind, Object> making = new ConcurrentHashMap<>();

    ShellImages(Ground ground, Runtimes runtimes, ScheduledExecutorService timer) {
        this.ground = ground;
        this.runtimes = runtimes;
        this.timer = timer;
        this.folder = ground.settings().cacheFolder().resolve("shells");
        this.cache = new DiskCache(folder, MOST_BYTES, DiskCache::allocatedBytes);
    }

    private Path pathOf(ShellKind kind) {
        String key = ground.image().digest() + " " + ground.driver().snapshotKey() + " "
                + kind.size().guestMb() + " " + kind.size().processors(ground.driver());
        return folder.resolve(kind.name() + "-" + VmHome.sha256(key).substring(0, 16));
    }

    /** The snapshot's folder; boots a machine when there is none yet. */
    Path of(ShellKind kind) throws IOException, InterruptedException {
        Path image = pathOf(kind);
        if (cache.find(image.getFileName().toString()) != null) {
            return image;
        }
        synchronized (making.computeIfAbsent(kind, _ -> new Object())) {
            Files.createDirectories(folder);
            try (FileChannel file = FileChannel.open(
                            folder.resolve(".lock-" + kind.name()),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock _ = file.lock()) {
                if (!Files.isDirectory(image)) {
                    make(kind, image);
                }
                return image;
            }
        }
    }

    /** Removes a snapshot that does not work, so that it is made again. */
    void discard(ShellKind kind) {
        log.warn("The snapshot {} does not work and is made again", kind.name());
        VmHome.deleteTree(pathOf(kind));
    }

    private void make(ShellKind kind, Path image) throws IOException, InterruptedException {
        IOException last = null;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Path part = folder.resolve(".part-" + UUID.randomUUID());
            try {
                Instant started = Instant.now();
                log.info("Booting a machine for {}, attempt {}", kind.name(), attempt);
                boot(kind, Files.createDirectory(part));
                Files.move(part, image, StandardCopyOption.ATOMIC_MOVE);
                cache.added(image);
                log.info(
                        "Kept a snapshot of {}, made in {} ms",
                        kind.name(),
                        Duration.between(started, Instant.now()).toMillis());
                return;
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                log.warn("A machine for {} did not boot: {}", kind.name(), e.toString());
                last = e;
            } finally {
                VmHome.deleteTree(part);
            }
        }
        throw new IOException("No machine boots: " + (last == null ? "" : last.getMessage()), last);
    }

    private void boot(ShellKind kind, Path part) throws IOException, InterruptedException {
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
        makeMemory(part.resolve("memory"), kind.size().guestMb());
        String id = "boot-" + UUID.randomUUID().toString().substring(0, 13);
        MicroVm vm = MicroVm.launch(ground, id, kind.size(), new Driver.Memory.Boot(part), null);
        try (Watchdog _ = new Watchdog(timer, ground.settings().bootTimeout(), vm)) {
            vm.awaitBoot(ground.settings().bootTimeout());
            vm.seed(Instant.now().plus(AHEAD));
            if (!kind.isEmpty()) {
                startRuntime(vm, kind);
            }
            vm.save(part.resolve("state"), SAVE_LIMIT);
        } finally {
            vm.close();
        }
        seal(part);
    }

    private void startRuntime(MicroVm vm, ShellKind kind) throws IOException, InterruptedException {
        List<String> command = runtimes.command(kind.runtime());
        if (command == null) {
            throw new IOException("The guest image does not have " + kind.runtime());
        }
        Map<String, String> environment = GuestEnvironment.ofRuntime(kind.runtime());
        environment.put("MAYFLY_COPY", "1");
        vm.expectRuntime();
        vm.run(command, environment);
        vm.framedLink().rehearse();
    }

    static void makeMemory(Path file, int megabytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), ((long) megabytes << 20) - 1);
        }
    }

    /** Nobody writes it from now on. */
    static void seal(Path snapshot) throws IOException {
        for (String name : List.of("memory", "state")) {
            Path file = snapshot.resolve(name);
            Files.setAttribute(file, "unix:uid", 0);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        }
        Files.setPosixFilePermissions(snapshot, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
