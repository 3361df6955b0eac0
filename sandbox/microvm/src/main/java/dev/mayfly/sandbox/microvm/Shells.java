package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.guest.ShellPool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Machines without a function: copies of {@link ShellImages}, some of them made ahead of need. */
final class Shells implements AutoCloseable {
    /** What a shell takes that it does not share with others. */
    private static final int SHELL_MB = 100;

    private static final Duration REHEARSAL_LIMIT = Duration.ofSeconds(30);

    private record Shell(MicroVm vm) implements ShellPool.Shell {
        @Override
        public boolean isAlive() {
            return vm.exitNow() == null;
        }

        @Override
        public void close() {
            vm.close();
        }
    }

    private final Ground ground;
    private final ShellImages images;
    private final ScheduledExecutorService timer;
    private final ShellPool<Shell> pool;
    private final Set<ShellKind> proven = ConcurrentHashMap.newKeySet();

    Shells(Ground ground, ShellImages images, ScheduledExecutorService timer) {
        this.ground = ground;
        this.images = images;
        this.timer = timer;
        this.pool = new ShellPool<>(this::make, _ -> SHELL_MB, ground.settings().shellMemoryMb());
    }

    private Shell make(String name) throws IOException, InterruptedException {
        ShellKind kind = ShellKind.of(name);
        MicroVm vm = restore(kind, "shell-" + UUID.randomUUID().toString().substring(0, 13), null);
        try (Watchdog _ = new Watchdog(timer, REHEARSAL_LIMIT, vm)) {
            vm.framedLink().rehearse();
            return new Shell(vm);
        } catch (IOException | RuntimeException e) {
            vm.close();
            throw e;
        }
    }

    void open(List<ShellKind> kinds) {
        pool.open(kinds.stream().map(ShellKind::name).toList());
    }

    /** A rehearsed machine with an empty code device, or null when none is ready. */
    @Nullable
    MicroVm take(ShellKind kind) {
        Shell shell = pool.take(kind.name());
        return shell == null ? null : shell.vm();
    }

    /**
     * Restores a machine now. A snapshot from an earlier run of this program that does not work is made again.
     *
     * @param code see {@link MicroVm#launch}
     */
    MicroVm restore(ShellKind kind, String id, @Nullable Path code) throws IOException, InterruptedException {
        Path image = images.of(kind);
        try {
            return copy(kind, image, id, code);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted() || !proven.add(kind)) {
                throw e;
            }
            images.discard(kind);
            return copy(kind, images.of(kind), id, code);
        }
    }

    private MicroVm copy(ShellKind kind, Path image, String id, @Nullable Path code)
            throws IOException, InterruptedException {
        MicroVm vm = MicroVm.launch(ground, id, kind.size(), new Driver.Memory.Copy(image), code);
        try {
            vm.seed(Instant.now());
            if (!kind.isEmpty()) {
                vm.resumeRuntime();
            }
            proven.add(kind);
            return vm;
        } catch (IOException | InterruptedException | RuntimeException e) {
            vm.close();
            throw e;
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
