package dev.mayfly.invoker.queue;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How much may run at once: a number of events, and the bytes of their payloads. Thread-safe. */
final class Capacity {
    private final int maxEvents;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private int events;
    private long bytes;

    Capacity(int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** Waits until both limits are kept. A batch that is taken then may pass them, by that batch. */
    void await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (events >= maxEvents || bytes >= maxBytes) {
                freed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    void take(long size) {
        lock.lock();
        try {
            events++;
            bytes += size;
        } finally {
            lock.unlock();
        }
    }

    void giveBack(long size) {
        lock.lock();
        try {
            events--;
            bytes -= size;
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
