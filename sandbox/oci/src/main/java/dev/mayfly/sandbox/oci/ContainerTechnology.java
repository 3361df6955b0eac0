package dev.mayfly.sandbox.oci;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.LogSink;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Functions in containers that {@code runc} runs, each in namespaces and a cgroup of its own, without privileges. */
public final class ContainerTechnology implements SandboxTechnology {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final int SLOTS = 20_000;
    private static final int CHECK_SECONDS = 20;
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);

    private final ContainerSettings settings;
    private final Home home;
    private final ScheduledThreadPoolExecutor timer;
    private final BitSet slots = new BitSet();
    private final Set<ContainerSandbox> sandboxes = ConcurrentHashMap.newKeySet();
    private final Object grounding = new Object();
    private volatile Container.@Nullable Ground ground;
    private volatile @Nullable Runtimes runtimes;
    private volatile boolean closed;

    public ContainerTechnology(ContainerSettings settings) {
        this.settings = settings;
        this.home = new Home(settings);
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("sandbox-timer").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Isolation isolation() {
        return Isolation.CONTAINER;
    }

    @Override
    public Availability check() {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            return Availability.no("Containers need Linux; this is " + system);
        }
        if (!Linux.isRoot()) {
            return Availability.no("Containers are started by root; run the sandbox host as root");
        }
        if (Runc.find() == null) {
            return Availability.no("runc is not installed: apt-get install runc");
        }
        try {
            Container.Ground found = ground();
            String failure = trial(found);
            return failure == null
                    ? Availability.yes(found.runtime().version() + ", "
                            + found.cgroups().version() + ", " + String.join(" ", runtimes()))
                    : Availability.no(failure);
        } catch (IOException | UncheckedIOException e) {
            return Availability.no("Containers do not work here: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Availability.no("Interrupted while a container was tried");
        }
    }

    /** Runs a container to its end; null when that works. */
    private @Nullable String trial(Container.Ground found) throws IOException, InterruptedException {
        StringJoiner output = new StringJoiner(" ");
        LogSink sink = output::add;
        FunctionCode code = new FunctionCode(Path.of("/usr/share"), "", Runtimes.PROVIDED, "");
        SandboxSpec spec = new SandboxSpec(
                "check-" + ProcessHandle.current().pid(),
                code,
                Map.of(),
                128,
                16,
                Duration.ofSeconds(CHECK_SECONDS),
                NOWHERE,
                false,
                sink);
        int slot = takeSlot();
        try (Container container = Container.start(found, spec, List.of("/usr/bin/id", "-u"), false, firstId(slot))) {
            GuestProcess.Exit exit = container.awaitExit(CHECK_SECONDS, TimeUnit.SECONDS);
            container.log().flush();
            if (exit == null) {
                return "A container that was tried did not end within " + CHECK_SECONDS + " s";
            }
            boolean worked = exit.waitStatus() == 0 && output.toString().equals(Integer.toString(Bundle.GUEST_ID));
            return worked ? null : "A container that was tried ended with " + exit.description() + ": " + output;
        } finally {
            giveBack(slot);
        }
    }

    @Override
    public List<String> runtimes() {
        if (!Linux.isRoot() || Runc.find() == null) {
            return List.of();
        }
        try {
            ground();
        } catch (IOException e) {
            return List.of();
        }
        Runtimes detected = runtimes;
        return detected == null ? List.of() : detected.names();
    }

    /** What sandboxes stand on, made when first needed. */
    private Container.Ground ground() throws IOException {
        Container.Ground found = ground;
        if (found != null) {
            return found;
        }
        synchronized (grounding) {
            if (ground == null) {
                Path program = Runc.find();
                if (program == null) {
                    throw new IOException("runc is not installed: apt-get install runc");
                }
                Cgroups cgroups = Cgroups.detect();
                home.create();
                Linux.becomeSubreaper();
                runtimes = detectRuntimes();
                ground = new Container.Ground(
                        settings, home, new Runc(program, home.runtimeState()), cgroups, new Reactor());
            }
            return ground;
        }
    }

    private static Runtimes detectRuntimes() throws IOException {
        try {
            return Runtimes.detect();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while looking for language runtimes", e);
        }
    }

    @Override
    public Sandbox start(SandboxSpec spec) throws SandboxStartException, InterruptedException {
        if (!ID.matcher(spec.id()).matches()) {
            throw new IllegalArgumentException("Not a sandbox id: " + spec.id());
        }
        if (closed) {
            throw SandboxStartException.platform("The sandbox host is stopping", null);
        }
        long started = System.nanoTime();
        int slot = takeSlot();
        Container container;
        try {
            container = startContainer(spec, slot);
        } catch (SandboxStartException | InterruptedException | RuntimeException e) {
            giveBack(slot);
            throw e;
        }
        ContainerSandbox sandbox = ContainerSandbox.initialise(spec, container, timer, started, ended -> {
            sandboxes.remove(ended);
            giveBack(slot);
        });
        sandboxes.add(sandbox);
        if (closed) {
            sandbox.close();
            throw SandboxStartException.platform("The sandbox host is stopping", null);
        }
        return sandbox;
    }

    private Container startContainer(SandboxSpec spec, int slot) throws SandboxStartException, InterruptedException {
        FunctionCode code = spec.code();
        try {
            Container.Ground found = ground();
            List<String> base = commandOf(code.runtime());
            String wrapper = spec.environment().get("AWS_LAMBDA_EXEC_WRAPPER");
            List<String> command = new ArrayList<>(base);
            if (wrapper != null && !wrapper.isBlank()) {
                command.addFirst(wrapper);
            }
            if (!Files.getPosixFilePermissions(code.directory()).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                throw new IOException(
                        code.directory() + " must be open to every user: the function is none of this machine's");
            }
            boolean provided = code.runtime().equals(Runtimes.PROVIDED);
            if (provided && !Files.isExecutable(code.directory().resolve("bootstrap"))) {
                throw SandboxStartException.function(
                        "Runtime.InvalidEntrypoint",
                        "Couldn't find valid bootstrap(s): [/var/task/bootstrap]; it must be an executable file",
                        1);
            }
            boolean framed = !provided && command.size() == base.size();
            return Container.start(found, spec, command, framed, firstId(slot));
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("exec ") && message.contains("/var/task/")) {
                throw SandboxStartException.function(
                        "Runtime.InvalidEntrypoint", "fork/exec of the bootstrap failed: " + message, 1);
            }
            throw SandboxStartException.platform("A container could not be started: " + message, e);
        }
    }

    private List<String> commandOf(String runtime) throws SandboxStartException {
        Runtimes detected = runtimes;
        List<String> command = detected == null ? null : detected.command(runtime);
        if (command == null) {
            throw SandboxStartException.platform(
                    "This machine does not have " + runtime + "; it has " + String.join(", ", runtimes()), null);
        }
        return command;
    }

    private long firstId(int slot) {
        return settings.firstUid() + (long) slot * Bundle.IDS_PER_SANDBOX;
    }

    private int takeSlot() {
        synchronized (slots) {
            int slot = slots.nextClearBit(0);
            if (slot >= SLOTS) {
                throw new IllegalStateException("More than " + SLOTS + " sandboxes");
            }
            slots.set(slot);
            return slot;
        }
    }

    private void giveBack(int slot) {
        synchronized (slots) {
            slots.clear(slot);
        }
    }

    @Override
    public void recover() {
        if (!Linux.isRoot() || !Files.isDirectory(home.directory())) {
            return;
        }
        killRuntimesInFlight();
        try {
            Cgroups.detect().at(home.cgroup()).remove();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        synchronized (grounding) {
            if (ground == null) {
                Home.delete(home.directory());
            } else {
                deleteChildren(home.sandboxes());
                deleteChildren(home.runtimeState());
            }
        }
    }

    /** A killed owner's runtime may still be making a container. */
    private void killRuntimesInFlight() {
        String state = home.runtimeState().toString();
        ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> List.of(arguments).contains(state))
                        .orElse(false))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static void deleteChildren(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> children = Files.list(directory)) {
            children.forEach(Home::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        sandboxes.forEach(Sandbox::close);
        timer.shutdownNow();
        synchronized (grounding) {
            Container.Ground found = ground;
            if (found != null) {
                found.cgroups().at(home.cgroup()).remove();
                found.reactor().close();
                Home.delete(home.directory());
                ground = null;
            }
        }
    }
}
