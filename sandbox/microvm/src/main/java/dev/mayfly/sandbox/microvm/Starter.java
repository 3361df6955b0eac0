package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.LogSink;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.guest.Extensions;
import dev.mayfly.sandbox.guest.GuestEnvironment;
import dev.mayfly.sandbox.guest.GuestLink;
import dev.mayfly.sandbox.guest.GuestSandbox;
import dev.mayfly.sandbox.guest.Runtimes;
import dev.mayfly.sandbox.linux.GuestProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each start the fastest machine there is: a copy of the function's own snapshot, a shell restored ahead of need, a
 * shell restored now.
 */
final class Starter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Starter.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int TRIAL_SECONDS = 20;
    private static final int ENTROPY_BYTES = 48;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Ground ground;
    private final Runtimes runtimes;
    private final ScheduledThreadPoolExecutor timer;
    private final CodeImages code;
    private final ShellImages images;
    private final Shells shells;
    private final FunctionSnapshots snapshots;
    /** Emulated machines that start all at once would keep each other from being ready within the init phase's limit. */
    private final Semaphore emulatedStarts =
            new Semaphore(2 * Runtime.getRuntime().availableProcessors(), true);

    private final ConcurrentHashMap<String, Object> snapshotting = new ConcurrentHashMap<>();

    /** A machine, and how it becomes the function. */
    private record Begun(MicroVm vm, GuestLink.Beginning beginning) {}

    Starter(Ground ground, Runtimes runtimes, ScheduledThreadPoolExecutor timer) {
        this.ground = ground;
        this.runtimes = runtimes;
        this.timer = timer;
        this.code = new CodeImages(ground.home().code(), ground.settings().codeCacheMb());
        this.images = new ShellImages(ground, runtimes, timer);
        this.shells = new Shells(ground, images, timer);
        this.snapshots = new FunctionSnapshots(ground);
    }

    String description() {
        return ground.driver().description();
    }

    /** Has every runtime's smallest machine ready to be restored, and restores one; null when that works. */
    @Nullable
    String trial() throws IOException, InterruptedException {
        images.of(ShellKind.empty(Size.SMALLEST));
        for (String runtime : runtimes.framed()) {
            images.of(new ShellKind(runtime, Size.SMALLEST));
        }
        StringJoiner output = new StringJoiner(" ");
        LogSink sink = output::add;
        SandboxSpec spec = new SandboxSpec(
                "check-" + UUID.randomUUID().toString().substring(0, 13),
                new FunctionCode(Path.of("/"), "", Runtimes.PROVIDED, ""),
                Map.of(),
                Size.SMALLEST.functionMb(),
                16,
                Duration.ofSeconds(TRIAL_SECONDS),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                false,
                sink);
        MicroVm vm = shells.restore(ShellKind.empty(Size.SMALLEST), spec.id(), null);
        try {
            vm.adopt(spec);
            vm.run(List.of("/usr/bin/id", "-u"), Map.of());
            GuestProcess.Exit exit = vm.awaitExit(TRIAL_SECONDS, TimeUnit.SECONDS);
            vm.flushLog();
            if (exit == null) {
                return "A guest that was tried did not answer within " + TRIAL_SECONDS + " s";
            }
            return exit.waitStatus() == 0 && output.toString().equals("1000")
                    ? null
                    : "A guest that was tried ended with " + exit.description() + ": " + output;
        } finally {
            vm.close();
        }
    }

    void openShells() {
        shells.open(runtimes.framed().stream()
                .map(runtime -> new ShellKind(runtime, Size.SMALLEST))
                .toList());
    }

    void prepare(FunctionCode function) throws IOException, InterruptedException {
        code.of(function);
    }

    GuestSandbox start(SandboxSpec spec, long startedNanos, Consumer<GuestSandbox> whenClosed)
            throws IOException, SandboxStartException, InterruptedException {
        List<String> command = runtimes.commandFor(spec);
        if (ground.driver().isHardware()) {
            return begin(spec, command, startedNanos, whenClosed);
        }
        emulatedStarts.acquire();
        try {
            return begin(spec, command, startedNanos, whenClosed);
        } finally {
            emulatedStarts.release();
        }
    }

    private GuestSandbox begin(
            SandboxSpec spec, List<String> command, long startedNanos, Consumer<GuestSandbox> whenClosed)
            throws IOException, SandboxStartException, InterruptedException {
        Begun begun = restored(spec);
        if (begun == null) {
            begun = isOrdinary(spec) ? inShell(spec) : fresh(spec, command);
        }
        return GuestSandbox.begin(spec, begun.vm, begun.beginning, timer, startedNanos, whenClosed);
    }

    private @Nullable Begun restored(SandboxSpec spec) throws IOException, InterruptedException {
        Path snapshot = canBeKept(spec) ? snapshots.find(spec) : null;
        if (snapshot == null) {
            return null;
        }
        try {
            byte[] entropy = new byte[ENTROPY_BYTES];
            RANDOM.nextBytes(entropy);
            return new Begun(
                    FunctionSnapshots.restore(ground, snapshot, spec),
                    new GuestLink.Restore(GuestEnvironment.of(spec, LOOPBACK), entropy));
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            log.warn(
                    "A snapshot of {} does not work and is given up: {}",
                    spec.code().sha256(),
                    e.toString());
            snapshots.discard(snapshot);
            return null;
        }
    }

    /** Whether the runtime may be running before its function and the function's variables are there. */
    private static boolean isOrdinary(SandboxSpec spec) throws IOException {
        return !Runtimes.speaksHttp(spec.code().runtime())
                && !spec.environment().containsKey(GuestEnvironment.EXEC_WRAPPER)
                && Extensions.Function.of(spec).external().isEmpty()
                && GuestEnvironment.canComeLate(spec);
    }

    /** Java's runtime client waits to be restored, as on Lambda; others that people bring do not. */
    private static boolean canBeKept(SandboxSpec spec) throws IOException {
        if (!spec.volumes().isEmpty()) {
            return false; // what the guest's kernel knows of its files would not be so in a copy
        }
        return FunctionSnapshots.isJava(spec)
                ? Extensions.Function.of(spec).external().isEmpty()
                : isOrdinary(spec);
    }

    private static GuestLink.Load load(SandboxSpec spec) {
        return new GuestLink.Load(
                spec.code().handler(), GuestEnvironment.TASK_ROOT, GuestEnvironment.of(spec, LOOPBACK));
    }

    private Begun inShell(SandboxSpec spec) throws IOException, InterruptedException {
        Path device = code.of(spec.code());
        ShellKind kind = new ShellKind(spec.code().runtime(), Size.holding(spec.memoryMb()));
        MicroVm shell = shells.take(kind);
        MicroVm vm = shell != null ? shell : shells.restore(kind, spec.id(), device);
        try {
            if (shell != null) {
                vm.fill(device);
                vm.seed(Instant.now());
            }
            vm.prepare(spec);
            return new Begun(vm, load(spec));
        } catch (IOException | InterruptedException | RuntimeException e) {
            vm.close();
            throw e;
        }
    }

    private Begun fresh(SandboxSpec spec, List<String> command)
            throws IOException, SandboxStartException, InterruptedException {
        Path device = code.of(spec.code());
        MicroVm vm = shells.restore(ShellKind.empty(Size.holding(spec.memoryMb())), spec.id(), device);
        try {
            boolean http = Runtimes.speaksHttp(spec.code().runtime());
            if (!http) {
                vm.expectRuntime();
            }
            Extensions.Function function = Extensions.Function.of(spec);
            if (http || !function.external().isEmpty()) {
                vm.offerHttp(function, http ? HttpSide.Use.RUNTIME : HttpSide.Use.EXTENSIONS);
            }
            vm.prepare(spec);
            vm.run(function.launch(command), GuestEnvironment.of(spec, LOOPBACK));
            return new Begun(vm, load(spec));
        } catch (IOException e) {
            vm.close();
            if (String.valueOf(e.getMessage()).startsWith(command.getFirst() + ": ")) {
                throw SandboxStartException.function(
                        "Runtime.InvalidEntrypoint", "fork/exec of the bootstrap failed: " + e.getMessage(), 1);
            }
            throw e;
        } catch (InterruptedException | RuntimeException e) {
            vm.close();
            throw e;
        }
    }

    /** Takes a snapshot of the function, unless there is one or it cannot have any. */
    void snapshot(SandboxSpec spec) throws IOException, SandboxStartException, InterruptedException {
        List<String> command = runtimes.commandFor(spec);
        if (!canBeKept(spec)) {
            return;
        }
        synchronized (snapshotting.computeIfAbsent(spec.code().sha256(), _ -> new Object())) {
            if (snapshots.find(spec) == null) {
                take(spec, command);
            }
        }
    }

    private void take(SandboxSpec spec, List<String> command)
            throws IOException, SandboxStartException, InterruptedException {
        Size size = Size.holding(spec.memoryMb());
        boolean java = FunctionSnapshots.isJava(spec);
        ShellKind kind =
                java ? ShellKind.empty(size) : new ShellKind(spec.code().runtime(), size);
        Path device = code.of(spec.code());
        Path part = snapshots.begin(images.of(kind), device);
        try {
            MicroVm vm = MicroVm.launch(
                    ground, spec.id(), kind.size(), new Driver.Memory.Continue(part), part.resolve("code"));
            try {
                vm.seed(Instant.now());
                if (java) {
                    vm.offerHttp(Extensions.Function.of(spec), HttpSide.Use.RUNTIME_TO_KEEP);
                    vm.prepare(spec);
                    Map<String, String> environment = new HashMap<>(GuestEnvironment.of(spec, LOOPBACK));
                    environment.put(GuestEnvironment.INITIALIZATION_TYPE, "snap-start");
                    vm.run(command, environment);
                } else {
                    vm.resumeRuntime();
                    vm.prepare(spec);
                }
            } catch (IOException | InterruptedException | RuntimeException e) {
                vm.close();
                throw e;
            }
            try (GuestSandbox _ = GuestSandbox.begin(spec, vm, load(spec), timer, System.nanoTime(), _ -> {})) {
                if (vm.canGoOnInCopies()) {
                    snapshots.finish(spec, vm, part);
                } else {
                    log.info(
                            "{} has connections that cannot go on in a copy: no snapshot",
                            spec.code().sha256());
                }
            }
        } finally {
            VmHome.deleteTree(part);
        }
    }

    /** Removes what a killed owner was making. */
    static void clean(MicrovmSettings settings, VmHome home) throws IOException {
        for (Path each : List.of(home.code(), home.snapshots())) {
            new DiskCache(each, Long.MAX_VALUE, _ -> 0).clean();
        }
    }

    void removeCgroups() {
        ground.cgroups().at(ground.home().cgroup()).remove();
    }

    @Override
    public void close() {
        shells.close();
    }
}
