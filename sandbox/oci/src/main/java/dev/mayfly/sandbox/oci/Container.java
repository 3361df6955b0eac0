package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.ImageProgram;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.Volume;
import dev.mayfly.sandbox.guest.Extensions;
import dev.mayfly.sandbox.guest.ExtensionsDoor;
import dev.mayfly.sandbox.guest.FramedLink;
import dev.mayfly.sandbox.guest.Guest;
import dev.mayfly.sandbox.guest.GuestEnvironment;
import dev.mayfly.sandbox.guest.GuestLink;
import dev.mayfly.sandbox.guest.HttpLink;
import dev.mayfly.sandbox.guest.ListeningDoor;
import dev.mayfly.sandbox.guest.Telemetry;
import dev.mayfly.sandbox.linux.Cgroups;
import dev.mayfly.sandbox.linux.Egress;
import dev.mayfly.sandbox.linux.GatewayRelay;
import dev.mayfly.sandbox.linux.GuestProcess;
import dev.mayfly.sandbox.linux.LogPipe;
import dev.mayfly.sandbox.linux.Mounts;
import dev.mayfly.sandbox.linux.NameRelay;
import dev.mayfly.sandbox.linux.NetworkNamespace;
import dev.mayfly.sandbox.linux.Reactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that one sandbox is on the machine: namespaces, cgroup, mounts, files, its first process, its links to us. It may run
 * before its function is known: code, log, gateway and limits are given to a running container too.
 */
final class Container implements Guest {
    private static final Logger LOG = LoggerFactory.getLogger(Container.class);
    private static final int END_SECONDS = 10;

    private final String id;
    private final Ground ground;
    private final Slots.Slot slot;
    private final Path directory;
    private final Cgroups.Cgroup cgroup;
    private final LogPipe log;
    private final NetworkNamespace network;
    private final GuestLink link;
    private final @Nullable Extensions extensions;
    private final @Nullable ExtensionsDoor door;
    private @Nullable GatewayRelay relay;
    private @Nullable NameRelay names;
    private OciRuntime.@Nullable Order order;
    private @Nullable GuestProcess process;
    private @Nullable ImageProgram image;
    private @Nullable Path cache;
    private boolean hasVolumes;
    private int memoryMb;

    private Container(
            String id,
            Ground ground,
            Slots.Slot slot,
            Path directory,
            LogPipe log,
            NetworkNamespace network,
            GuestLink link,
            @Nullable Extensions extensions,
            @Nullable ExtensionsDoor door) {
        this.id = id;
        this.ground = ground;
        this.slot = slot;
        this.directory = directory;
        this.cgroup = ground.cgroups.at(ground.home.cgroup() + "/" + id);
        this.log = log;
        this.network = network;
        this.link = link;
        this.extensions = extensions;
        this.door = door;
    }

    /** What every container of one owner shares. */
    record Ground(
            OciSettings settings,
            Home home,
            OciRuntime runtime,
            Cgroups cgroups,
            Reactor reactor,
            Slots slots,
            Egress egress) {}

    /**
     * Makes what it is made of; nothing is left when that fails.
     *
     * @param framed whether its first process speaks frames, else it speaks HTTP
     * @param tmpMb size of {@code /tmp}
     * @param function who may have extensions, or null when nobody may
     */
    static Container create(Ground ground, String id, boolean framed, int tmpMb, Extensions.@Nullable Function function)
            throws IOException, InterruptedException {
        Path directory = ground.home.sandboxes().resolve(id);
        Slots.Slot slot = ground.slots.take();
        NetworkNamespace network = null;
        LogPipe log = null;
        try {
            ground.home.createSandbox(directory);
            Mounts.tmpfs(directory.resolve("tmp"), tmpMb, ground.settings.maxTmpFiles());
            network =
                    NetworkNamespace.create(List.of(GuestEnvironment.GATEWAY_PORT, GuestEnvironment.RUNTIME_API_PORT));
            log = new LogPipe(line -> {});
            int guest = (int) slot.firstId() + Bundle.GUEST_ID;
            Extensions extensions = function == null ? null : new Extensions(function, new Telemetry(network::connect));
            GuestLink link = framed
                    ? new FramedLink(new ListeningDoor(directory.resolve("api.sock"), guest))
                    : new HttpLink(network.listener(1), extensions);
            ExtensionsDoor door = null;
            if (framed && extensions != null) {
                door = new ExtensionsDoor(network.listener(1), extensions);
            } else if (framed) {
                network.listener(1).close();
            }
            return new Container(id, ground, slot, directory, log, network, link, extensions, door);
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (log != null) {
                log.close();
            }
            if (network != null) {
                network.close();
            }
            ground.home.deleteSandbox(directory);
            slot.close();
            throw e;
        }
    }

    /** Gives it a function: its code, its log, its gateway, its network. It is closed by the caller when that fails. */
    void give(SandboxSpec spec) throws IOException, InterruptedException {
        log.logTo(extensions == null ? spec.logs() : extensions.telemetry().beside(spec.logs()));
        image = spec.code().image();
        Mounts.bindReadOnly(
                spec.code().directory().toAbsolutePath(), directory.resolve(image == null ? "var/task" : "root"));
        Path layers = spec.code().layers();
        if (layers != null) {
            Mounts.bindReadOnly(layers.toAbsolutePath(), directory.resolve("opt"));
        }
        for (Volume volume : spec.volumes()) {
            Path here = Files.createDirectory(directory.resolve("mnt").resolve(volume.name()));
            Mounts.bindForUsers(volume.folder(), here, slot.firstId(), Bundle.IDS_PER_SANDBOX);
            hasVolumes = true;
        }
        relay = new GatewayRelay(network.listener(0), spec.gateway(), ground.settings.maxGatewayConnections());
        if (spec.egress()) {
            ground.egress.connect(network.path(), slot.number());
            names = NameRelay.open(network);
        }
    }

    /** Gives it an ahead-of-time cache, before it runs. */
    void giveCache(Path file) throws IOException {
        Path here = Files.createFile(directory.resolve(Home.CACHE));
        Mounts.bindReadOnly(file, here);
        cache = here;
    }

    /** What it sees as {@code /tmp}. */
    Path tmp() {
        return directory.resolve("tmp");
    }

    /** Changes what a running one may use to what the function may. */
    void limit(SandboxSpec spec) throws IOException {
        limit(spec.memoryMb());
        Mounts.resizeTmpfs(directory.resolve("tmp"), spec.ephemeralStorageMb());
    }

    /** As a function of that size in its init phase. */
    private void limit(int functionMb) throws IOException {
        memoryMb = functionMb;
        cgroup.limitMemory(ground.runtime.memoryMb(functionMb));
        cgroup.weighCpu(functionMb);
        cgroup.limitCpu(Math.max(Cgroups.CPU_PERIOD_MICROS, Cgroups.quotaMicros(functionMb)));
    }

    /** Starts its first process. It is closed by the caller when that fails. */
    void run(List<String> command, Map<String, String> environment, int memory)
            throws IOException, InterruptedException {
        memoryMb = memory;
        Bundle bundle = new Bundle(
                directory,
                command,
                environment,
                ground.runtime.entersNamespaces() ? new Bundle.Namespaces(network.path(), slot.firstId()) : null,
                ground.home.cgroup() + "/" + id,
                link instanceof FramedLink ? directory.resolve("api.sock") : null,
                ground.runtime.memoryMb(memory),
                image,
                cache,
                hasVolumes);
        bundle.write(ground.home, ground.settings);
        if (!ground.runtime.makesCgroups()) {
            cgroup.create();
            cgroup.limitProcesses(ground.runtime.processes(ground.settings.maxProcesses()));
            limit(memory);
        }
        var given = new OciRuntime.Order(id, directory, log.writePath(), cgroup, network.path(), slot.firstId());
        int pid = ground.runtime.run(given);
        order = given;
        GuestProcess started = new GuestProcess(pid, ground.reactor);
        process = started;
        started.exit().thenRun(this::hangUp);
        log.handOver(ground.reactor);
    }

    /** Nobody inside is left to talk to. */
    private void hangUp() {
        link.close();
        if (door != null) {
            door.close();
        }
        if (extensions != null) {
            extensions.close();
        }
    }

    @Override
    public @Nullable Extensions extensions() {
        return extensions;
    }

    @Override
    public void terminate() {
        GuestProcess running = process;
        OciRuntime.Order given = order;
        if (running == null || given == null) {
            return;
        }
        try {
            ground.runtime.terminate(given, running);
        } catch (IOException e) {
            LOG.warn("Sandbox {} cannot be asked to end", id, e);
        }
    }

    @Override
    public GuestLink link() {
        return link;
    }

    @Override
    public void flushLog() {
        log.flush();
    }

    @Override
    public long cpuNanos() {
        return cgroup.cpuNanos();
    }

    @Override
    public long peakMemoryBytes() {
        return Math.min(cgroup.peakMemoryBytes(), (long) memoryMb << 20);
    }

    @Override
    public long residentMemoryBytes() {
        return cgroup.residentMemoryBytes();
    }

    @Override
    public boolean ranOutOfMemory() {
        return cgroup.oomKills() > 0;
    }

    @Override
    public void initialised() throws IOException {
        cgroup.limitCpu(Cgroups.quotaMicros(memoryMb));
    }

    @Override
    public void freeze() throws IOException {
        cgroup.freeze();
    }

    @Override
    public void thaw() throws IOException {
        cgroup.thaw();
    }

    @Override
    public void kill() {
        GuestProcess running = process;
        if (running != null) {
            running.kill();
        }
    }

    @Override
    public GuestProcess.@Nullable Exit awaitExit(long time, TimeUnit unit) throws InterruptedException {
        GuestProcess running = process;
        if (running == null) {
            return new GuestProcess.Exit(-1);
        }
        try {
            return running.exit().get(time, unit);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public GuestProcess.@Nullable Exit exitNow() {
        GuestProcess running = process;
        return running == null ? null : running.exit().getNow(null);
    }

    @Override
    public void close() {
        boolean interrupted = false;
        kill();
        try {
            awaitExit(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        try {
            hangUp();
            if (relay != null) {
                relay.close();
            }
            if (names != null) {
                names.close();
            }
            network.close();
            cgroup.remove();
            log.close();
            ground.runtime.forget(id, slot.firstId());
            ground.home.deleteSandbox(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            slot.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
