package dev.mayfly.sandbox.wasm.engine;

import dev.mayfly.sandbox.wasm.engine.wasi.StopSignal;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Stops guests at their deadlines and holds them to their share of the processor, to {@link #TICK}. One thread looks at all
 * that run, so that a call neither makes nor wakes another; it sleeps when nothing has run for a while.
 */
final class Deadlines {
    static final Duration TICK = Duration.ofMillis(5);

    private static final int IDLE_TICKS = 200;
    /** What an invocation may use before its share counts. */
    private static final long FREE_CPU_NANOS = Duration.ofMillis(50).toNanos();

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Set<Armed> armed = ConcurrentHashMap.newKeySet();
    private final Runnable eachTick;
    private final Thread ticker;
    private volatile boolean asleep;

    Deadlines(Runnable eachTick) {
        this.eachTick = eachTick;
        this.ticker = Thread.ofPlatform().daemon().name("deadlines").start(this::tick);
    }

    /** A guest that runs on the thread that made this. */
    final class Armed implements AutoCloseable {
        final StopSignal stop;
        final long start = System.nanoTime();
        final long cpuStart = THREADS.getCurrentThreadCpuTime();
        private final GuestThread thread = GuestThread.current();
        private final double share;
        private boolean ended;

        private Armed(StopSignal stop, double share) {
            this.stop = stop;
            this.share = share;
        }

        private synchronized void look(long now) {
            if (ended) {
                return;
            }
            if (stop.isDue(now)) {
                stop.stop();
            }
            if (share < 1) {
                long used = THREADS.getThreadCpuTime(thread.threadId()) - cpuStart;
                thread.ahead = used > FREE_CPU_NANOS + share * (now - start);
            }
        }

        long cpuNanos() {
            return THREADS.getCurrentThreadCpuTime() - cpuStart;
        }

        @Override
        public synchronized void close() {
            armed.remove(this);
            ended = true;
            thread.ahead = false;
        }
    }

    /**
     * For the guest that will run on the calling thread.
     *
     * @param share of one processor
     */
    Armed arm(long nanos, double share) {
        var one = new Armed(new StopSignal(nanos), share);
        armed.add(one);
        if (asleep) {
            LockSupport.unpark(ticker);
        }
        return one;
    }

    private void tick() {
        int idle = 0;
        while (true) {
            if (idle < IDLE_TICKS) {
                LockSupport.parkNanos(this, TICK.toNanos());
            } else {
                asleep = true;
                if (armed.isEmpty()) {
                    LockSupport.park(this);
                }
                asleep = false;
            }
            if (armed.isEmpty()) {
                idle++;
                continue;
            }
            idle = 0;
            eachTick.run();
            long now = System.nanoTime();
            armed.forEach(one -> one.look(now));
        }
    }
}
