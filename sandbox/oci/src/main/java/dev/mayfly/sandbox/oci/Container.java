package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** All that one sandbox is on the machine: namespaces, cgroup, files, its first process, its links to us. */
final class Container implements AutoCloseable {
    private static final int END_SECONDS = 10;

    private final String id;
    private final OciRuntime runtime;
    private final Path directory;
    private final Cgroups.Cgroup cgroup;
    private final LogPipe log;
    private final NetworkNamespace network;
    private final GuestLink link;
    private final GatewayRelay relay;
    private @Nullable GuestProcess process;

    private Container(
            String id,
            OciRuntime runtime,
            Path directory,
            Cgroups.Cgroup cgroup,
            LogPipe log,
            NetworkNamespace network,
            GuestLink link,
            GatewayRelay relay) {
        this.id = id;
        this.runtime = runtime;
        this.directory = directory;
        this.cgroup = cgroup;
        this.log = log;
        this.network = network;
        this.link = link;
        this.relay = relay;
    }

    /** What every container of one owner shares. */
    record Ground(ContainerSettings settings, Home home, OciRuntime runtime, Cgroups cgroups, Reactor reactor) {}

    /**
     * Starts it; nothing is left when that fails.
     *
     * @param framed whether its first process speaks frames, else it speaks HTTP
     * @param hostId see {@link Bundle}
     */
    static Container start(Ground ground, SandboxSpec spec, List<String> command, boolean framed, long hostId)
            throws IOException, InterruptedException {
        Path directory = Home.passable(ground.home.sandboxes().resolve(spec.id()));
        Container container = null;
        try {
            container = open(ground, spec, directory, framed, hostId);
            Path socket = framed ? directory.resolve("api.sock") : null;
            Bundle bundle = new Bundle(
                    spec,
                    directory,
                    command,
                    GuestEnvironment.of(spec),
                    container.network.path(),
                    ground.home.cgroup() + "/" + spec.id(),
                    hostId,
                    socket);
            bundle.write(ground.home, ground.settings);
            int pid = ground.runtime.run(spec.id(), directory, container.log.writePath());
            container.process = new GuestProcess(pid, ground.reactor);
            container.process.exit().thenRun(container.link::close);
            container.log.handOver(ground.reactor);
            return container;
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (container == null) {
                Home.delete(directory);
            } else {
                container.close();
            }
            throw e;
        }
    }

    private static Container open(Ground ground, SandboxSpec spec, Path directory, boolean framed, long hostId)
            throws IOException, InterruptedException {
        NetworkNamespace network = NetworkNamespace.create(
                framed
                        ? List.of(GuestEnvironment.GATEWAY_PORT)
                        : List.of(GuestEnvironment.GATEWAY_PORT, GuestEnvironment.RUNTIME_API_PORT));
        try {
            LogPipe log = new LogPipe(spec.logs());
            try {
                GuestLink link = framed
                        ? new FramedLink(directory.resolve("api.sock"), (int) hostId + Bundle.GUEST_ID)
                        : new HttpLink(network.listener(1));
                GatewayRelay relay =
                        new GatewayRelay(network.listener(0), spec.gateway(), ground.settings.maxGatewayConnections());
                Cgroups.Cgroup cgroup = ground.cgroups.at(ground.home.cgroup() + "/" + spec.id());
                return new Container(spec.id(), ground.runtime, directory, cgroup, log, network, link, relay);
            } catch (IOException e) {
                log.close();
                throw e;
            }
        } catch (IOException e) {
            network.close();
            throw e;
        }
    }

    GuestLink link() {
        return link;
    }

    LogPipe log() {
        return log;
    }

    Cgroups.Cgroup cgroup() {
        return cgroup;
    }

    /** Ends the guest: what waits for it learns that it has ended. */
    void kill() {
        GuestProcess running = process;
        if (running != null) {
            running.kill();
        }
    }

    /** Waits for the guest's end, at most that long; null when it has not ended by then. */
    GuestProcess.@Nullable Exit awaitExit(long time, TimeUnit unit) throws InterruptedException {
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

    boolean hasEnded() {
        return exitNow() != null;
    }

    /** How the guest ended, or null while it runs. */
    GuestProcess.@Nullable Exit exitNow() {
        GuestProcess running = process;
        return running == null ? null : running.exit().getNow(null);
    }

    /** Kills the guest and removes every trace of it. To be called once. */
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
            link.close();
            relay.close();
            network.close();
            cgroup.remove();
            log.close();
            runtime.forget(id);
            Home.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
