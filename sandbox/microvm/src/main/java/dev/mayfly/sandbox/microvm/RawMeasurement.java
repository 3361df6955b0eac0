package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.guest.GuestEnvironment;
import dev.mayfly.sandbox.guest.GuestLink;
import dev.mayfly.sandbox.guest.GuestSandbox;
import dev.mayfly.sandbox.guest.Runtimes;
import dev.mayfly.sandbox.linux.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * How long plain QEMU takes with the same guest: what the isolation benchmark shows beside the tier. Needs root, like the
 * tier. Not thread-safe.
 */
public final class RawMeasurement implements AutoCloseable {
    private static final Duration SAVE_LIMIT = Duration.ofSeconds(60);

    private final MicrovmSettings settings;
    private final VmHome home;
    private final Ground ground;
    private final CodeImages code;
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final Path snapshot;

    /**
     * @param settings with a folder that no technology uses
     * @throws IOException when virtual machines do not work here
     */
    public RawMeasurement(MicrovmSettings settings) throws IOException, InterruptedException {
        this.settings = settings;
        home = new VmHome(settings);
        home.create();
        Path program = Qemu.find();
        if (program == null) {
            throw new IOException("QEMU is not installed");
        }
        Cgroups cgroups = Cgroups.detect();
        GuestImage image = GuestImage.build(settings.cacheFolder());
        Qemu qemu = Accelerator.chooseQemu(program, image, settings, home, cgroups);
        ground = new Ground(settings, home, image, new PlainQemu(program, image, qemu), cgroups);
        code = new CodeImages(home.code(), settings.codeCacheMb());
        snapshot = Files.createDirectories(home.snapshots().resolve("raw"));
    }

    /**
     * Boots a machine until {@code runtime} waits for a function, and keeps its state for {@link #restoreToFirstAnswer}.
     *
     * @return from the start of QEMU until the runtime is there
     */
    public Duration boot(String runtime) throws IOException, InterruptedException {
        List<String> command = Runtimes.detect().command(runtime);
        if (command == null) {
            throw new IOException("This machine does not have " + runtime);
        }
        long started = System.nanoTime();
        MicroVm vm = MicroVm.launch(ground, id(), Size.SMALLEST, new Driver.Memory.Boot(snapshot), null);
        try {
            vm.awaitBoot(settings.bootTimeout());
            vm.seed(Instant.now());
            Map<String, String> environment = GuestEnvironment.ofRuntime(runtime);
            environment.put("MAYFLY_COPY", "1");
            vm.expectRuntime();
            vm.run(command, environment);
            vm.framedLink().awaitRuntime();
            Duration taken = Duration.ofNanos(System.nanoTime() - started);
            vm.save(snapshot.resolve("state"), SAVE_LIMIT);
            return taken;
        } finally {
            vm.close();
        }
    }

    /**
     * Restores the machine that {@link #boot} kept, gives it the function, and invokes that once.
     *
     * @return from the start of QEMU until the answer
     */
    public Duration restoreToFirstAnswer(SandboxSpec spec, InvocationRequest request)
            throws IOException, InterruptedException, SandboxStartException {
        Path device = code.of(spec.code().directory(), spec.code().sha256());
        long started = System.nanoTime();
        MicroVm vm = MicroVm.launch(ground, id(), Size.SMALLEST, new Driver.Memory.Copy(snapshot), device);
        try {
            vm.seed(Instant.now());
            vm.resumeRuntime();
            vm.prepare(spec);
        } catch (IOException | InterruptedException | RuntimeException e) {
            vm.close();
            throw e;
        }
        var load = new GuestLink.Load(
                spec.code().handler(), GuestEnvironment.TASK_ROOT, GuestEnvironment.of(spec, "127.0.0.1"));
        try (GuestSandbox sandbox = GuestSandbox.begin(spec, vm, load, timer, started, _ -> {})) {
            InvocationResult result = sandbox.invoke(request);
            Duration taken = Duration.ofNanos(System.nanoTime() - started);
            if (!(result instanceof InvocationResult.Success)) {
                throw new IOException("The function did not answer: " + result);
            }
            return taken;
        }
    }

    private static String id() {
        return "raw-" + UUID.randomUUID().toString().substring(0, 13);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        ground.cgroups().at(home.cgroup()).remove();
        VmHome.deleteTree(snapshot);
        home.delete();
    }
}
