package dev.mayfly.host.lease;

import java.time.Duration;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Freezes sandboxes that have been idle for a moment, so that nothing of a function runs when nobody has asked for it. One that
 * is used all the time passes through here about once in that moment, not once for each use.
 */
final class Freezer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Freezer.class);

    private record Due(PooledSandbox sandbox, long atNanos) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(atNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return other instanceof Due due
                    ? Long.signum(atNanos - due.atNanos)
                    : Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    private final DelayQueue<Due> waiting = new DelayQueue<>();
    private final long afterNanos;
    private final Thread thread;

    Freezer(Duration after) {
        afterNanos = after.toNanos();
        thread = Thread.ofPlatform().daemon().name("freezer").start(this::run);
    }

    /** {@code sandbox} has become idle. */
    void idle(PooledSandbox sandbox) {
        if (sandbox.livesWhileIdle() && sandbox.beginWaitForFreezing()) {
            waiting.add(new Due(sandbox, System.nanoTime() + afterNanos));
        }
    }

    private void run() {
        try {
            while (true) {
                freezeOrWait(waiting.take().sandbox());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void freezeOrWait(PooledSandbox sandbox) {
        sandbox.endWaitForFreezing();
        if (!sandbox.isIdle()) {
            return;
        }
        long left = afterNanos - sandbox.idleNanos();
        if (left <= 0) {
            try {
                sandbox.freezeIfIdle();
            } catch (RuntimeException e) {
                log.warn("Sandbox {} stays awake: {}", sandbox.sandbox().id(), e.toString());
            }
        } else if (sandbox.beginWaitForFreezing()) {
            waiting.add(new Due(sandbox, System.nanoTime() + left));
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
