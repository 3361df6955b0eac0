package dev.mayfly.sandbox.oci;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.guest.Extensions;
import dev.mayfly.sandbox.guest.GuestEnvironment;
import dev.mayfly.sandbox.guest.GuestLink;
import dev.mayfly.sandbox.guest.GuestSandbox;
import dev.mayfly.sandbox.guest.JavaRuntime;
import dev.mayfly.sandbox.guest.Runtimes;
import dev.mayfly.sandbox.linux.Cgroups;
import dev.mayfly.sandbox.linux.Egress;
import dev.mayfly.sandbox.linux.Linux;
import dev.mayfly.sandbox.linux.Reactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Functions in sandboxes that an OCI runtime makes, each in namespaces and a cgroup of its own, without privileges: on the
 * machine's kernel with {@code runc}, on gVisor's with {@code runsc}.
 */
public final class OciTechnology implements SandboxTechnology {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final String LOOPBACK = "127.0.0.1";

    private final OciSettings settings;
    private final RuntimeChoice choice;
    private final Home home;
    private final ScheduledThreadPoolExecutor timer;
    private final Shells shells;
    private final AheadOfTimeCaches caches;
    private final Set<GuestSandbox> sandboxes = ConcurrentHashMap.newKeySet();
    private final Object grounding = new Object();
    private volatile Container.@Nullable Ground ground;
    private volatile @Nullable Runtimes runtimes;
    private volatile boolean closed;

    private OciTechnology(OciSettings settings, RuntimeChoice choice) {
        this.settings = settings;
        this.choice = choice;
        this.home = new Home(settings);
        this.shells = new Shells(this::ground, this::commandOf, choice.shellMb(), settings.shellMemoryMb());
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("sandbox-timer").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
        this.caches = new AheadOfTimeCaches(settings.folder().resolve("aot"), timer);
    }

    /** The tier {@code container}. */
    public static OciTechnology container(OciSettings settings) {
        return new OciTechnology(settings, new RuntimeChoice.OfRunc());
    }

    /** The tier {@code gvisor}. */
    public static OciTechnology gvisor(OciSettings settings) {
        return new OciTechnology(settings, new RuntimeChoice.OfRunsc());
    }

    @Override
    public Isolation isolation() {
        return choice.isolation();
    }

    @Override
    public Availability check() {
        String reason = whyNot();
        if (reason != null) {
            return Availability.no(reason);
        }
        try {
            Container.Ground found = ground();
            String failure = Trial.run(found);
            if (failure != null) {
                return Availability.no(failure);
            }
            shells.open(interpreted());
            return Availability.yes(
                    found.runtime().version() + ", " + found.cgroups().version() + ", " + String.join(" ", runtimes()));
        } catch (IOException | UncheckedIOException e) {
            return Availability.no("Containers do not work here: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Availability.no("Interrupted while a container was tried");
        }
    }

    private @Nullable String whyNot() {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            return "Containers need Linux; this is " + system;
        }
        if (!Linux.isRoot()) {
            return "Containers are started by root; run the sandbox host as root";
        }
        return choice.isInstalled() ? null : choice.advice();
    }

    @Override
    public List<String> runtimes() {
        if (whyNot() != null) {
            return List.of();
        }
        try {
            ground();
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
        Runtimes detected = runtimes;
        return detected == null ? List.of() : detected.names();
    }

    private List<String> interpreted() {
        Runtimes detected = runtimes;
        return detected == null ? List.of() : detected.framed();
    }

    /** What sandboxes stand on, made when first needed. */
    private Container.Ground ground() throws IOException, InterruptedException {
        Container.Ground found = ground;
        if (found != null) {
            return found;
        }
        synchronized (grounding) {
            if (ground == null) {
                Cgroups cgroups = Cgroups.detect();
                home.create();
                Linux.becomeSubreaper();
                runtimes = Runtimes.detect();
                var reactor = new Reactor();
                var slots = new Slots(settings.firstUid());
                var egress = new Egress(home.name());
                OciRuntime chosen = choice.choose(
                        home.runtimeState(),
                        candidate -> Trial.run(
                                new Container.Ground(settings, home, candidate, cgroups, reactor, slots, egress)));
                ground = new Container.Ground(settings, home, chosen, cgroups, reactor, slots, egress);
            }
            return ground;
        }
    }

    @Override
    public Sandbox start(SandboxSpec spec) throws SandboxStartException, InterruptedException {
        if (!ID.matcher(spec.id()).matches()) {
            throw new IllegalArgumentException("Not a sandbox id: " + spec.id());
        }
        if (closed) {
            throw stopping();
        }
        long started = System.nanoTime();
        Container container = functionIn(spec);
        var beginning = new GuestLink.Load(
                spec.code().handler(), GuestEnvironment.TASK_ROOT, GuestEnvironment.of(spec, LOOPBACK));
        GuestSandbox sandbox =
                GuestSandbox.begin(spec, container, beginning, timer, started, ended -> sandboxes.remove(ended));
        sandboxes.add(sandbox);
        if (closed) {
            sandbox.close();
            throw stopping();
        }
        return sandbox;
    }

    private static SandboxStartException stopping() {
        return SandboxStartException.platform("The sandbox host is stopping", null);
    }

    /** A running container that has the function's code: a shell, or a new one. */
    private Container functionIn(SandboxSpec spec) throws SandboxStartException, InterruptedException {
        try {
            Container.Ground found = ground();
            boolean java = spec.code().runtime().equals(JavaRuntime.NAME);
            Path cache = java ? caches.find(spec) : null;
            List<String> command = Objects.requireNonNull(runtimes, "runtimes")
                    .commandFor(spec, cache == null ? List.of() : List.of("-XX:AOTCache=" + JavaRuntime.GUEST_CACHE));
            boolean http = Runtimes.speaksHttp(spec.code().runtime());
            Extensions.Function function = Extensions.Function.of(spec);
            boolean extended = !function.external().isEmpty();
            boolean ordinary = !http
                    && !extended
                    && !spec.environment().containsKey(GuestEnvironment.EXEC_WRAPPER)
                    && (spec.code().layers() == null || found.runtime().seesMountsOnRoots())
                    && GuestEnvironment.canComeLate(spec);
            Container shell = ordinary ? shells.take(spec.code().runtime()) : null;
            return shell != null
                    ? specialised(shell, spec)
                    : fresh(found, spec, function.launch(command), !http, http || extended ? function : null, cache);
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            if (spec.code().image() != null && message.contains("chdir to cwd")) {
                throw SandboxStartException.function(
                        "Runtime.InvalidWorkingDir", "The working directory cannot be entered: " + message, 1);
            }
            boolean unknown = message.contains("exec") || message.contains("failed to load");
            if (unknown && (spec.code().image() != null || message.contains("/var/task/"))) {
                throw SandboxStartException.function(
                        "Runtime.InvalidEntrypoint", "fork/exec of the bootstrap failed: " + message, 1);
            }
            throw SandboxStartException.platform("A container could not be started: " + message, e);
        }
    }

    /** Keeps what a JVM has loaded and linked at the end of the function's init phase; other runtimes have nothing to keep. */
    @Override
    public void snapshot(SandboxSpec spec) throws SandboxStartException, InterruptedException {
        if (!spec.code().runtime().equals(JavaRuntime.NAME) || closed) {
            return;
        }
        try {
            Container.Ground found = ground();
            List<String> command = Objects.requireNonNull(runtimes, "runtimes")
                    .commandFor(spec, List.of("-XX:AOTCacheOutput=" + JavaRuntime.TRAINED));
            caches.make(found, spec, command);
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            InterruptedException interruption = new InterruptedException("Interrupted while the guest ran");
            interruption.initCause(e);
            throw interruption;
        } catch (IOException e) {
            throw SandboxStartException.platform("No ahead-of-time cache could be made: " + e.getMessage(), e);
        }
    }

    @Override
    public int snapshotMb(String runtime, int memoryMb) {
        return runtime.equals(JavaRuntime.NAME) ? AheadOfTimeCaches.trainingMb(memoryMb) : 0;
    }

    private static Container specialised(Container shell, SandboxSpec spec) throws IOException, InterruptedException {
        try {
            shell.give(spec);
            shell.limit(spec);
            return shell;
        } catch (IOException | InterruptedException | RuntimeException e) {
            shell.close();
            throw e;
        }
    }

    private static Container fresh(
            Container.Ground ground,
            SandboxSpec spec,
            List<String> command,
            boolean framed,
            Extensions.@Nullable Function function,
            @Nullable Path cache)
            throws IOException, InterruptedException {
        Container container = Container.create(ground, spec.id(), framed, spec.ephemeralStorageMb(), function);
        try {
            if (cache != null) {
                container.giveCache(cache);
            }
            container.give(spec);
            container.run(command, GuestEnvironment.of(spec, LOOPBACK), spec.memoryMb());
            return container;
        } catch (IOException | InterruptedException | RuntimeException e) {
            container.close();
            throw e;
        }
    }

    private @Nullable List<String> commandOf(String runtime) {
        Runtimes detected = runtimes;
        return detected == null ? null : detected.command(runtime);
    }

    @Override
    public void recover() {
        if (!Linux.isRoot() || !Files.isDirectory(home.directory())) {
            return;
        }
        killRuntimesInFlight();
        try {
            Cgroups.detect().at(home.cgroup()).remove();
            new Egress(home.name()).close();
            synchronized (grounding) {
                if (ground == null) {
                    home.delete();
                } else {
                    try (Stream<Path> left = Files.list(home.sandboxes())) {
                        for (Path sandbox : left.toList()) {
                            home.deleteSandbox(sandbox);
                        }
                    }
                    Home.deleteChildren(home.runtimeState());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A killed owner's runtime may still be making a container. */
    private void killRuntimesInFlight() {
        String mine = home.directory() + "/";
        ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> Stream.of(arguments).anyMatch(argument -> argument.startsWith(mine)))
                        .orElse(false))
                .forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        closed = true;
        shells.close();
        sandboxes.forEach(Sandbox::close);
        timer.shutdownNow();
        synchronized (grounding) {
            Container.Ground found = ground;
            if (found != null) {
                found.cgroups().at(home.cgroup()).remove();
                found.reactor().close();
                try {
                    found.egress().close();
                    home.delete();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                ground = null;
            }
        }
    }
}
