package dev.mayfly.sandbox.microvm;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Kills a machine that takes too long; what waits for it then fails. */
final class Watchdog implements AutoCloseable {
    private final ScheduledFuture<?> task;

    Watchdog(ScheduledExecutorService timer, Duration limit, MicroVm vm) {
        task = timer.schedule(vm::kill, limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        task.cancel(false);
    }
}
