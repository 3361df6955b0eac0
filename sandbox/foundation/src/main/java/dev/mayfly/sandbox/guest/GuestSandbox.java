package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.InvocationResult.Usage;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.linux.GuestProcess;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A guest with a function in it. */
public final class GuestSandbox implements Sandbox {
    private static final Logger log = LoggerFactory.getLogger(GuestSandbox.class);
    private static final int GRACE_MILLIS = 200;

    private final SandboxSpec spec;
    private final Guest guest;
    private final ScheduledExecutorService timer;
    private final Consumer<GuestSandbox> whenClosed;
    private final @Nullable Phases phases;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Object closing = new Object();
    private volatile boolean dead;
    private boolean restored;
    private boolean frozen;
    private Duration initDuration = Duration.ZERO;

    private GuestSandbox(
            SandboxSpec spec, Guest guest, ScheduledExecutorService timer, Consumer<GuestSandbox> whenClosed) {
        this.spec = spec;
        this.guest = guest;
        this.timer = timer;
        this.whenClosed = whenClosed;
        Extensions extensions = guest.extensions();
        this.phases = extensions == null ? null : new Phases(guest, extensions, spec);
    }

    /**
     * Makes {@code guest} a function: its init phase, or its going on as a copy. The guest is closed when that fails.
     *
     * @param timer for deadlines
     * @param startedNanos when its start began, by {@link System#nanoTime}
     * @param whenClosed runs once, after the last trace is removed
     */
    public static GuestSandbox begin(
            SandboxSpec spec,
            Guest guest,
            GuestLink.Beginning beginning,
            ScheduledExecutorService timer,
            long startedNanos,
            Consumer<GuestSandbox> whenClosed)
            throws SandboxStartException, InterruptedException {
        GuestSandbox sandbox = new GuestSandbox(spec, guest, timer, whenClosed);
        try {
            sandbox.begin(beginning, startedNanos);
            return sandbox;
        } catch (SandboxStartException | InterruptedException | RuntimeException e) {
            sandbox.close();
            throw e;
        }
    }

    /**
     * A limit that kills the guest, after its shutdown phase when it has extensions. Whoever waits for the guest then asks
     * whether it was this.
     */
    private final class Deadline implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final ScheduledFuture<?> task;

        Deadline(Duration limit) {
            task = timer.schedule(
                    () -> {
                        if (over.compareAndSet(false, true)) {
                            dead = true;
                            expire();
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

    private void expire() {
        long grace = phases == null ? 0 : phases.beginEnd(Extensions.Reason.TIMEOUT);
        if (grace == 0) {
            guest.kill();
        } else {
            timer.schedule(guest::kill, grace, TimeUnit.MILLISECONDS);
        }
    }

    private void begin(GuestLink.Beginning beginning, long startedNanos)
            throws SandboxStartException, InterruptedException {
        GuestLink.InitOutcome outcome = null;
        boolean late;
        try (Deadline deadline = new Deadline(spec.initTimeout())) {
            try {
                GuestLink.InitOutcome runtimes = guest.link().begin(beginning);
                outcome = phases == null ? runtimes : phases.begin(runtimes, startedNanos);
            } catch (ClosedByInterruptException e) {
                throw interrupted(e);
            } catch (IOException e) {
                dead = true;
            }
            late = deadline.passed();
        }
        restored = beginning instanceof GuestLink.Restore;
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
            guest.initialised();
        } catch (IOException e) {
            if (guest.exitNow() != null) {
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
    public boolean isRestored() {
        return restored;
    }

    @Override
    public boolean isReusable() {
        return !dead && !closed.get() && guest.exitNow() == null;
    }

    @Override
    public long residentMemoryBytes() {
        return guest.residentMemoryBytes();
    }

    @Override
    public void freeze() {
        synchronized (closing) {
            if (!frozen && !closed.get() && guest.exitNow() == null) {
                frozen = true;
                if (phases != null) {
                    phases.pause(true);
                }
                change(guest::freeze);
            }
        }
    }

    @Override
    public void thaw() {
        synchronized (closing) {
            if (frozen && !closed.get()) {
                frozen = false;
                change(guest::thaw);
                if (phases != null) {
                    phases.pause(false);
                }
            }
        }
    }

    @FunctionalInterface
    private interface Change {
        void run() throws IOException;
    }

    /** A guest that cannot be stopped or woken must not be used again. */
    private void change(Change change) {
        try {
            change.run();
        } catch (IOException e) {
            dead = true;
            if (guest.exitNow() == null) {
                log.warn("{} cannot be frozen or thawed and is ended: {}", spec.id(), e.toString());
                guest.kill();
            }
        }
    }

    @Override
    public InvocationResult invoke(InvocationRequest request) throws InterruptedException {
        thaw();
        long cpuBefore = guest.cpuNanos();
        long start = System.nanoTime();
        long deadlineMillis = System.currentTimeMillis() + request.timeout().toMillis();
        GuestLink.Answer answer = null;
        boolean late;
        try (Deadline deadline = new Deadline(request.timeout())) {
            try {
                if (phases != null) {
                    phases.start(request, deadlineMillis);
                }
                GuestLink.Answer given = guest.link().exchange(request, deadlineMillis);
                if (phases != null) {
                    dead |= !phases.await(request, given, start);
                }
                answer = given;
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
        InvocationResult result = result(request, answer, late, duration, cpuBefore);
        if (phases != null) {
            phases.report(request, result);
        }
        return result;
    }

    private InvocationResult result(
            InvocationRequest request, GuestLink.@Nullable Answer answer, boolean late, long duration, long cpuBefore)
            throws InterruptedException {
        if (late) {
            guest.awaitExit(GRACE_MILLIS, TimeUnit.MILLISECONDS);
            guest.flushLog();
            return new InvocationResult.TimedOut(
                    usage(Math.min(duration, request.timeout().toNanos()), cpuBefore));
        }
        if (answer == null) {
            Death death = death();
            return new InvocationResult.Crashed(death.errorType, death.message, usage(duration, cpuBefore));
        }
        guest.flushLog();
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
        guest.kill();
    }

    private Usage usage(long duration, long cpuBefore) {
        return new Usage(duration, Math.max(guest.cpuNanos() - cpuBefore, 0), guest.peakMemoryBytes());
    }

    private record Death(String errorType, String message) {}

    /** Why the guest has gone. One that only hung up is ended first. */
    private Death death() throws InterruptedException {
        GuestProcess.Exit exit = guest.awaitExit(GRACE_MILLIS, TimeUnit.MILLISECONDS);
        boolean hungUp = exit == null;
        if (hungUp) {
            guest.kill();
            exit = guest.awaitExit(10, TimeUnit.SECONDS);
        }
        guest.flushLog();
        return hungUp ? new Death("Runtime.ExitError", "Runtime exited without providing a reason") : describe(exit);
    }

    private Death deathNow() {
        guest.flushLog();
        return describe(guest.exitNow());
    }

    private Death describe(GuestProcess.@Nullable Exit exit) {
        if (exit != null && exit.killed() && guest.ranOutOfMemory()) {
            return new Death("Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
        }
        if (phases != null && exit != null && exit.description().equals("exit status " + Extensions.CRASHED)) {
            return new Death("Extension.Crash", "An extension has ended, which it must not before it is told to");
        }
        String how = exit == null ? "exit status unknown" : exit.description();
        return new Death("Runtime.ExitError", "Runtime exited with error: " + how);
    }

    @Override
    public void shutDown() throws InterruptedException {
        if (phases != null && !closed.get() && guest.exitNow() == null) {
            thaw();
            phases.end(dead ? Extensions.Reason.FAILURE : Extensions.Reason.SPINDOWN, timer);
        }
    }

    @Override
    public void close() {
        synchronized (closing) {
            if (closed.compareAndSet(false, true)) {
                if (frozen) {
                    guest.kill();
                    change(guest::thaw);
                }
                guest.close();
                whenClosed.accept(this);
            }
        }
    }
}
