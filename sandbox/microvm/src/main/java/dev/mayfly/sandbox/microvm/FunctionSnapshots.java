package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.guest.Extensions;
import dev.mayfly.sandbox.guest.GuestEnvironment;
import dev.mayfly.sandbox.guest.JavaRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Machines as they were after their function's init phase, kept on disk within bounds. */
final class FunctionSnapshots {
    /** Java sees its environment as it was in the snapshot; the credentials there last 12 hours, a sandbox 6. */
    private static final Duration JAVA_AGE = Duration.ofHours(5);

    private static final Duration COPY_LIMIT = Duration.ofMinutes(2);
    private static final Duration SAVE_LIMIT = Duration.ofSeconds(60);

    private final Ground ground;
    private final DiskCache cache;

    FunctionSnapshots(Ground ground) {
        this.ground = ground;
        this.cache = new DiskCache(
                ground.home().snapshots(), (long) ground.settings().snapshotCacheMb() << 20, DiskCache::allocatedBytes);
    }

    private String nameOf(SandboxSpec spec) {
        String all = String.join(
                "\n",
                ground.image().digest(),
                ground.driver().snapshotKey(),
                spec.code().sha256(),
                spec.code().runtime(),
                spec.code().handler(),
                spec.memoryMb() + " " + spec.ephemeralStorageMb(),
                GuestEnvironment.ofEveryStart(spec).toString());
        return VmHome.sha256(all).substring(0, 32);
    }

    /** The snapshot's folder, or null when there is none. */
    @Nullable
    Path find(SandboxSpec spec) throws IOException {
        Path snapshot = cache.find(nameOf(spec));
        if (snapshot != null && isJava(spec) && takenAt(snapshot).plus(JAVA_AGE).isBefore(Instant.now())) {
            discard(snapshot);
            return null;
        }
        return snapshot;
    }

    static boolean isJava(SandboxSpec spec) {
        return spec.code().runtime().equals(JavaRuntime.NAME);
    }

    private static Instant takenAt(Path snapshot) throws IOException {
        return Files.getLastModifiedTime(snapshot.resolve("state")).toInstant();
    }

    void discard(Path snapshot) {
        VmHome.deleteTree(snapshot);
    }

    void clean() throws IOException {
        cache.clean();
    }

    /** Where a machine that will be saved goes on from: its own copy of a shell's snapshot. */
    Path begin(Path shell, Path code) throws IOException, InterruptedException {
        Path part = Files.createDirectory(cache.folder().resolve(".part-" + UUID.randomUUID()));
        try {
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
            Commands.run(
                    List.of(
                            "cp",
                            "--sparse=always",
                            "--reflink=auto",
                            shell.resolve("memory").toString(),
                            shell.resolve("state").toString(),
                            part.toString()),
                    COPY_LIMIT,
                    _ -> {});
            Path memory = part.resolve("memory");
            Files.setPosixFilePermissions(memory, PosixFilePermissions.fromString("rw-------"));
            Path device = part.resolve("code");
            try {
                Files.createLink(device, code);
            } catch (IOException e) {
                Files.copy(code, device);
            }
            return part;
        } catch (IOException | InterruptedException e) {
            VmHome.deleteTree(part);
            throw e;
        }
    }

    /** Saves the machine, whose function waits for its first invocation, and ends it. */
    void finish(SandboxSpec spec, MicroVm vm, Path part) throws IOException, InterruptedException {
        vm.freezeFunction();
        Path state = part.resolve("state.new");
        vm.save(state, SAVE_LIMIT);
        vm.close();
        Files.move(state, part.resolve("state"), StandardCopyOption.REPLACE_EXISTING);
        ShellImages.seal(part);
        Path snapshot = cache.folder().resolve(nameOf(spec));
        Files.move(part, snapshot, StandardCopyOption.ATOMIC_MOVE);
        cache.added(snapshot);
    }

    /** A copy of it, told that it is one but for the runtime, which is next. */
    static MicroVm restore(Ground ground, Path snapshot, SandboxSpec spec) throws IOException, InterruptedException {
        Size size = Size.holding(spec.memoryMb());
        MicroVm vm =
                MicroVm.launch(ground, spec.id(), size, new Driver.Memory.Copy(snapshot), snapshot.resolve("code"));
        try {
            boolean java = isJava(spec);
            // OpenSSL starts its random generator anew when the clock stands before its last start. The right time
            // comes
            // when the runtime has drawn from it. Java's draws from the kernel's, when its clock has gone on.
            vm.seed(java ? Instant.now() : takenAt(snapshot).minus(Duration.ofDays(1)));
            if (java) {
                vm.resumeHttp(Extensions.Function.of(spec));
            } else {
                vm.resumeRuntime();
            }
            vm.adopt(spec);
            vm.thawFunction();
            return vm;
        } catch (IOException | InterruptedException | RuntimeException e) {
            vm.close();
            throw e;
        }
    }
}
