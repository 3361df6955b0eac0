package dev.mayfly.standalone.process;

import dev.mayfly.standalone.home.ComponentState;
import dev.mayfly.standalone.home.ComponentState.Condition;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps one component running: starts it, asks after its health, starts it again when it ends by itself. */
public final class Supervised {
    /** Told of every change; called from the component's thread. */
    @FunctionalInterface
    public interface Listener {
        void changed();
    }

    static final int MAX_FAILED_STARTS = 5;

    private static final Duration PROBE_STARTING = Duration.ofMillis(150);
    private static final Duration PROBE_READY = Duration.ofSeconds(5);
    private static final int FAILED_PROBES = 3;

    private final Component component;
    private final Launcher launcher;
    private final Listener listener;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch firstReady = new CountDownLatch(1);
    private final BackOff backOff = new BackOff();

    private volatile ComponentState state;
    private volatile boolean gaveUp;
    private volatile String complaint = "";
    private @Nullable Thread thread;

    public Supervised(Component component, Launcher launcher, Listener listener) {
        this.component = component;
        this.launcher = launcher;
        this.listener = listener;
        this.state = new ComponentState(component.name(), Condition.WAITING, 0, component.port(), 0, Instant.now(), "");
    }

    public ComponentState state() {
        return state;
    }

    public Component component() {
        return component;
    }

    /** Whether it ended too often without ever having been ready. */
    public boolean gaveUp() {
        return gaveUp;
    }

    /** Why the last health check failed; empty when it did not. */
    public String complaint() {
        return complaint;
    }

    public synchronized void start() {
        thread = Thread.ofPlatform().name(component.name()).start(this::supervise);
    }

    /** Waits until the component is ready for the first time; false when it was not in time. */
    public boolean awaitReady(Duration patience) throws InterruptedException {
        return firstReady.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the component and all its processes: in order if it does that in time. Returns when none is left. */
    public void stop() throws InterruptedException {
        stop.countDown();
        wake();
        Thread supervising;
        synchronized (this) {
            supervising = thread;
        }
        if (supervising != null) {
            supervising.join();
        }
    }

    private void supervise() {
        try {
            while (stop.getCount() > 0) {
                runOnce();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            become(Condition.STOPPED, 0, "");
        }
    }

    private void runOnce() throws InterruptedException {
        Process started;
        try {
            become(Condition.STARTING, 0, "");
            component.prepare();
            started = launcher.start(
                    component.command(), component.environment(), component.workingFolder(), component.log());
        } catch (IOException e) {
            failed("cannot be started: " + e.getMessage());
            return;
        }
        started.onExit().thenRun(this::wake);
        become(Condition.STARTING, started.pid(), "");
        watch(started);
        if (stop.getCount() == 0) {
            end(started);
        }
        if (component.leavesProcesses()) {
            launcher.killAdopted();
        }
        if (stop.getCount() > 0) {
            failed(ending(started.exitValue()));
        }
    }

    /** Returns when the process has ended or is to be ended. */
    private void watch(Process running) throws InterruptedException {
        int failedProbes = 0;
        while (stop.getCount() > 0 && running.isAlive()) {
            boolean healthy = probe();
            if (healthy) {
                failedProbes = 0;
                backOff.ready();
                if (state.condition() != Condition.READY) {
                    become(Condition.READY, running.pid(), "");
                    firstReady.countDown();
                }
            } else if (state.condition() == Condition.READY && ++failedProbes >= FAILED_PROBES) {
                become(Condition.UNHEALTHY, running.pid(), complaint);
            }
            awaitChange(
                    running, state.condition() == Condition.READY && failedProbes == 0 ? PROBE_READY : PROBE_STARTING);
        }
    }

    private boolean probe() {
        try {
            boolean healthy = component.isHealthy();
            complaint = healthy ? "" : "its health check says that it cannot work yet";
            return healthy;
        } catch (IOException e) {
            complaint = String.valueOf(e.getMessage());
            return false;
        }
    }

    /** Waits for the end of the process, the wish to stop, or the time of the next probe. */
    private void awaitChange(Process running, Duration atMost) throws InterruptedException {
        synchronized (stop) {
            if (running.isAlive() && stop.getCount() > 0) {
                stop.wait(atMost.toMillis());
            }
        }
    }

    private void wake() {
        synchronized (stop) {
            stop.notifyAll();
        }
    }

    private void failed(String why) throws InterruptedException {
        Duration delay = backOff.next();
        state = new ComponentState(
                component.name(),
                Condition.CRASHED,
                0,
                component.port(),
                state.restarts() + 1,
                Instant.now(),
                why + (delay.isZero() ? "" : "; again in " + delay.toMillis() + " ms"));
        listener.changed();
        if (firstReady.getCount() > 0 && state.restarts() >= MAX_FAILED_STARTS) {
            gaveUp = true;
            listener.changed();
        }
        stop.await(delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void end(Process running) throws InterruptedException {
        launcher.signal(running, component.stopSignal());
        if (!running.waitFor(component.stopPatience().toMillis(), TimeUnit.MILLISECONDS)) {
            OwnProcesses.kill(java.util.List.of(running.toHandle()));
            running.waitFor();
        }
    }

    private void become(Condition condition, long pid, String detail) {
        state = new ComponentState(
                component.name(), condition, pid, component.port(), state.restarts(), Instant.now(), detail);
        listener.changed();
    }

    private static String ending(int exit) {
        return exit > 128 ? "was ended by signal " + (exit - 128) : "ended with exit code " + exit;
    }
}
