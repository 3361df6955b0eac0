package dev.mayfly.sandbox.microvm;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.guest.GuestSandbox;
import dev.mayfly.sandbox.guest.Runtimes;
import dev.mayfly.sandbox.linux.Cgroups;
import dev.mayfly.sandbox.linux.Linux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Functions in virtual machines: each has a kernel of its own, and no device but its disk and one port. */
public final class MicrovmTechnology implements SandboxTechnology {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final MicrovmSettings settings;
    private final VmHome home;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<GuestSandbox> sandboxes = ConcurrentHashMap.newKeySet();
    private final Object standing = new Object();
    private volatile @Nullable Starter starter;
    private volatile @Nullable Runtimes runtimes;
    private volatile boolean closed;

    public MicrovmTechnology(MicrovmSettings settings) {
        this.settings = settings;
        this.home = new VmHome(settings);
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("microvm-timer").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Isolation isolation() {
        return Isolation.MICROVM;
    }

    /** The first time on a machine this builds the guest image and boots a machine for each runtime: half a minute. */
    @Override
    public Availability check() {
        String reason = whyNot();
        if (reason != null) {
            return Availability.no(reason);
        }
        try {
            Starter found = starter();
            String failure = found.trial();
            if (failure != null) {
                return Availability.no(failure);
            }
            found.openShells();
            return Availability.yes(found.description() + ", " + String.join(" ", runtimes()));
        } catch (IOException | UncheckedIOException e) {
            return Availability.no("Virtual machines do not work here: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Availability.no("Interrupted while a virtual machine was tried");
        }
    }

    private static @Nullable String whyNot() {
        String system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        if (!system.equals("Linux on amd64")) {
            return "Virtual machines need Linux on amd64; this is " + system;
        }
        if (!Linux.isRoot()) {
            return "Virtual machines are started by root; run the sandbox host as root";
        }
        return Qemu.find() == null
                ? "QEMU is not installed: apt-get install qemu-system-x86 busybox-static cpio squashfs-tools gcc libc6-dev"
                : null;
    }

    @Override
    public List<String> runtimes() {
        if (whyNot() != null) {
            return List.of();
        }
        try {
            return detected().names();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private Runtimes detected() throws InterruptedException {
        Runtimes found = runtimes;
        if (found == null) {
            found = Runtimes.detect();
            runtimes = found;
        }
        return found;
    }

    /** What starts machines, made when first needed. */
    private Starter starter() throws IOException, InterruptedException {
        Starter found = starter;
        if (found != null) {
            return found;
        }
        synchronized (standing) {
            Path program = Qemu.find();
            if (starter == null && program != null) {
                Cgroups cgroups = Cgroups.detect();
                home.create();
                GuestImage image = GuestImage.build(settings.cacheFolder());
                Driver driver = Accelerator.choose(program, image, settings, home, cgroups);
                starter = new Starter(new Ground(settings, home, image, driver, cgroups), detected(), timer);
            }
            if (starter == null) {
                throw new IOException(whyNot());
            }
            return starter;
        }
    }

    @Override
    public void prepare(FunctionCode code) throws SandboxStartException {
        try {
            starter().prepare(code);
        } catch (IOException e) {
            throw platform("The code cannot be made ready", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw platform("Interrupted", e);
        }
    }

    @Override
    public void snapshot(SandboxSpec spec) throws SandboxStartException, InterruptedException {
        refuse(spec);
        try {
            starter().snapshot(spec);
        } catch (IOException e) {
            throw interruptedOr(e, "A snapshot could not be taken");
        }
    }

    @Override
    public int snapshotMb(String runtime, int memoryMb) {
        return memoryMb;
    }

    @Override
    public Sandbox start(SandboxSpec spec) throws SandboxStartException, InterruptedException {
        refuse(spec);
        long started = System.nanoTime();
        GuestSandbox sandbox;
        try {
            sandbox = starter().start(spec, started, ended -> sandboxes.remove(ended));
        } catch (IOException e) {
            throw interruptedOr(e, "A virtual machine could not be started");
        }
        sandboxes.add(sandbox);
        if (closed) {
            sandbox.close();
            throw platform("The sandbox host is stopping", null);
        }
        return sandbox;
    }

    private void refuse(SandboxSpec spec) throws SandboxStartException {
        if (!ID.matcher(spec.id()).matches()) {
            throw new IllegalArgumentException("Not a sandbox id: " + spec.id());
        }
        if (closed) {
            throw platform("The sandbox host is stopping", null);
        }
        if (spec.volumes().size() > 1) {
            throw platform("Virtual machines have one volume at most: " + spec.id() + " asks for more", null);
        }
        if (spec.egress()) {
            throw platform("Virtual machines have no network: " + spec.id() + " asks for a way to the internet", null);
        }
    }

    private static SandboxStartException platform(String message, @Nullable Exception cause) {
        return SandboxStartException.platform(cause == null ? message : message + ": " + cause.getMessage(), cause);
    }

    /** A thread that is interrupted while it waits for a channel learns that as an IOException. */
    private static SandboxStartException interruptedOr(IOException e, String message) throws InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException interruption = new InterruptedException(e.getMessage());
            interruption.initCause(e);
            throw interruption;
        }
        return platform(message, e);
    }

    @Override
    public void recover() {
        if (whyNot() != null) {
            return;
        }
        try {
            synchronized (standing) {
                Cgroups.detect().at(home.cgroup()).remove();
                if (starter == null) {
                    home.delete();
                } else {
                    try (Stream<Path> left = Files.list(home.machines())) {
                        left.forEach(VmHome::deleteTree);
                    }
                }
                Starter.clean(settings, home);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        Starter found = starter;
        if (found != null) {
            found.close();
        }
        sandboxes.forEach(Sandbox::close);
        timer.shutdownNow();
        synchronized (standing) {
            if (starter != null) {
                starter.removeCgroups();
                home.delete();
                starter = null;
            }
        }
    }
}
