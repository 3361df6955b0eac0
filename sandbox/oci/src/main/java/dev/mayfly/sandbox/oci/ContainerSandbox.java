package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.InvocationResult.Usage;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A container with a function in it. */
final class ContainerSandbox implements Sandbox {
    private static final int GRACE_MILLIS = 200;

    private final SandboxSpec spec;
    private final Container container;
    private final ScheduledExecutorService timer;
    private final Consumer<ContainerSandbox> whenClosed;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Object closing = new Object();
    private volatile boolean dead;
    private Duration initDuration = Duration.ZERO;

    private ContainerSandbox(
            SandboxSpec spec,
            Container container,
            ScheduledExecutorService timer,
            Consumer<ContainerSandbox> whenClosed) {
        this.spec = spec;
        this.container = container;
        this.timer = timer;
        this.whenClosed = whenClosed;
    }

    /**
     * Runs the function's init phase. The container is closed when that fails.
     *
     * @param whenClosed runs once, after the last trace is removed
     */
    static ContainerSandbox initialise(
            SandboxSpec spec,
            Container container,
            ScheduledExecutorService timer,
            long startedNanos,
            Consumer<ContainerSandbox> whenClosed)
            throws SandboxStartException, InterruptedException {
        ContainerSandbox sandbox = new ContainerSandbox(spec, container, timer, whenClosed);
        try {
            sandbox.awaitInit(startedNanos);
            return sandbox;
        } catch (SandboxStartException | InterruptedException | RuntimeException e) {
            sandbox.close();
            throw e;
        }
    }

    /** A limit that kills the guest. Whoever waits for the guest then asks whether it was this. */
    private final class Deadline implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final ScheduledFuture<?> task;

        Deadline(Duration limit) {
            task = timer.schedule(
                    () -> {
                        if (over.compareAndSet(false, true)) {
                            dead = true;
                            container.kill();
                        }
                    },
                    limit.toNanos(),
                    TimeUnit.NANOSECONDS);
        }

        /** Whether it had passed before this was asked for the first time; afterwards it does nothing. */
        boolean passed() {
            return !over.compareAndSet(false, true);
        }

        @Override
        public void close() {
            over.set(true);
            task.cancel(false);
        }
    }

    private void awaitInit(long startedNanos) throws SandboxStartException, InterruptedException {
        GuestLink.InitOutcome outcome = null;
        boolean late;
        try (Deadline deadline = new Deadline(spec.initTimeout())) {
            try {
                outcome = container.link().awaitInit();
            } catch (ClosedByInterruptException e) {
                throw interrupted(e);
            } catch (IOException e) {
                dead = true;
            }
            late = deadline.passed();
        }
        initDuration = Duration.ofNanos(System.nanoTime() - startedNanos);
        if (late) {
            throw SandboxStartException.function(
                    "Sandbox.Timedout",
                    "Error: Init phase timed out after " + spec.initTimeout().toMillis() / 1000.0 + " seconds",
                    initDuration.toNanos());
        }
        switch (outcome) {
            case GuestLink.InitOutcome.Ready() -> limitCpu();
            case GuestLink.InitOutcome.Failed(String type, String message) ->
                throw SandboxStartException.function(type, message, initDuration.toNanos());
            case null -> {
                Death death = death();
                throw SandboxStartException.function(death.errorType, death.message, initDuration.toNanos());
            }
        }
    }

    private void limitCpu() throws SandboxStartException {
        try {
            container.cgroup().limitCpu(Cgroups.quotaMicros(spec.memoryMb()));
        } catch (IOException e) {
            if (container.hasEnded()) {
                Death death = deathNow();
                throw SandboxStartException.function(death.errorType, death.message, initDuration.toNanos());
            }
            throw SandboxStartException.platform("Cannot set the CPU share of " + spec.id(), e);
        }
    }

    private static InterruptedException interrupted(ClosedByInterruptException cause) {
        Thread.interrupted();
        InterruptedException interruption = new InterruptedException("Interrupted while the guest ran");
        interruption.initCause(cause);
        return interruption;
    }

    @Override
    public String id() {
        return spec.id();
    }

    @Override
    public Duration initDuration() {
        return initDuration;
    }

    @Override
    public boolean isReusable() {
        return !dead && !closed.get() && !container.hasEnded();
    }

    @Override
    public long residentMemoryBytes() {
        return container.cgroup().residentMemoryBytes();
    }

    @Override
    public InvocationResult invoke(InvocationRequest request) throws InterruptedException {
        long cpuBefore = container.cgroup().cpuNanos();
        long start = System.nanoTime();
        long deadlineMillis = System.currentTimeMillis() + request.timeout().toMillis();
        GuestLink.Answer answer = null;
        boolean late;
        try (Deadline deadline = new Deadline(request.timeout())) {
            try {
                answer = container.link().exchange(request, deadlineMillis);
            } catch (ClosedByInterruptException e) {
                abandon();
                throw interrupted(e);
            } catch (InterruptedException e) {
                abandon();
                throw e;
            } catch (IOException e) {
                dead = true;
            }
            late = deadline.passed();
        }
        long duration = System.nanoTime() - start;
        if (late) {
            container.awaitExit(GRACE_MILLIS, TimeUnit.MILLISECONDS);
            container.log().flush();
            return new InvocationResult.TimedOut(usage(duration, cpuBefore));
        }
        if (answer == null) {
            Death death = death();
            return new InvocationResult.Crashed(death.errorType, death.message, usage(duration, cpuBefore));
        }
        container.log().flush();
        Usage usage = usage(duration, cpuBefore);
        return switch (answer) {
            case GuestLink.Answer.Response(byte[] payload) -> success(payload, usage);
            case GuestLink.Answer.Failure(byte[] payload, boolean fatal) -> {
                dead |= fatal;
                yield new InvocationResult.FunctionError(payload, usage);
            }
        };
    }

    private static InvocationResult success(byte[] payload, Usage usage) {
        return payload.length <= InvocationResult.MAX_RESPONSE_BYTES
                ? new InvocationResult.Success(payload, usage)
                : new InvocationResult.FunctionError(
                        ErrorJson.responseTooLarge(InvocationResult.MAX_RESPONSE_BYTES)
                                .bytes(),
                        usage);
    }

    private void abandon() {
        dead = true;
        container.kill();
    }

    private Usage usage(long duration, long cpuBefore) {
        Cgroups.Cgroup cgroup = container.cgroup();
        return new Usage(duration, Math.max(cgroup.cpuNanos() - cpuBefore, 0), cgroup.peakMemoryBytes());
    }

    private record Death(String errorType, String message) {}

    /** Why the guest has gone. One that only hung up is ended first. */
    private Death death() throws InterruptedException {
        GuestProcess.Exit exit = container.awaitExit(GRACE_MILLIS, TimeUnit.MILLISECONDS);
        boolean hungUp = exit == null;
        if (hungUp) {
            container.kill();
            exit = container.awaitExit(10, TimeUnit.SECONDS);
        }
        container.log().flush();
        return hungUp ? new Death("Runtime.ExitError", "Runtime exited without providing a reason") : describe(exit);
    }

    private Death deathNow() {
        container.log().flush();
        return describe(container.exitNow());
    }

    private Death describe(GuestProcess.@Nullable Exit exit) {
        if (exit != null && exit.killed() && container.cgroup().oomKills() > 0) {
            return new Death("Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
        }
        String how = exit == null ? "exit status unknown" : exit.description();
        return new Death("Runtime.ExitError", "Runtime exited with error: " + how);
    }

    @Override
    public void close() {
        synchronized (closing) {
            if (closed.compareAndSet(false, true)) {
                container.close();
                whenClosed.accept(this);
            }
        }
    }
}
