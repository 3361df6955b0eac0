package dev.mayfly.invoker.dispatch;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where invocations wait for room at a host: in order of arrival within a function, and functions beside one another.
 * Only the first of each function asks the hosts again. Thread-safe.
 */
final class RoomQueue implements AutoCloseable {
    /** A host that has no room says so within this; one that has not said so has accepted, and the next may ask. */
    private static final Duration REFUSAL = Duration.ofMillis(25);

    /** The longest wait between two questions when nothing is heard. */
    private static final Duration ASK_AGAIN = Duration.ofMillis(200);

    private static final class Line {
        final Semaphore first = new Semaphore(1, true);
        int members;
    }

    /** The right to be first in a function's line. */
    final class Turn implements AutoCloseable {
        private final String functionKey;
        private final Line line;
        private final AtomicBoolean passedOn = new AtomicBoolean();

        private Turn(String functionKey, Line line) {
            this.functionKey = functionKey;
            this.line = line;
        }

        /**
         * Lets the next one ask, unless the returned passing is cancelled soon: while a host is asked, only its silence
         * tells that it has accepted.
         *
         * @param accepted runs when the turn is passed on
         */
        ScheduledFuture<?> passOnUnlessRefused(Runnable accepted) {
            return timer.schedule(
                    () -> {
                        accepted.run();
                        passOn();
                    },
                    REFUSAL.toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        boolean isPassedOn() {
            return passedOn.get();
        }

        private void passOn() {
            if (passedOn.compareAndSet(false, true)) {
                line.first.release();
            }
        }

        @Override
        public void close() {
            passOn();
            leave(functionKey);
        }
    }

    private final ConcurrentHashMap<String, Line> lines = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("room-queue").factory());

    /** Whether somebody waits for that function: who comes now stands behind. */
    boolean hasLine(String functionKey) {
        return lines.containsKey(functionKey);
    }

    /** Waits to be first; null when that took longer than until {@code deadlineNanos}. */
    @Nullable
    Turn awaitTurn(String functionKey, long deadlineNanos) throws InterruptedException {
        Line line = lines.compute(functionKey, (key, present) -> {
            Line joined = present == null ? new Line() : present;
            joined.members++;
            return joined;
        });
        boolean first = false;
        try {
            first = line.first.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } finally {
            if (!first) {
                leave(functionKey);
            }
        }
        return first ? new Turn(functionKey, line) : null;
    }

    /** Waits until there may be room, but not past {@code deadlineNanos}. */
    void awaitNews(long deadlineNanos) throws InterruptedException {
        long wait = Math.min(ASK_AGAIN.toNanos(), deadlineNanos - System.nanoTime());
        lock.lock();
        try {
            // A spurious or late waking only asks the host once more.
            long unused = news.awaitNanos(wait);
        } finally {
            lock.unlock();
        }
    }

    /** There may be room now. */
    void mayHaveRoom() {
        if (lines.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void leave(String functionKey) {
        lines.computeIfPresent(functionKey, (key, line) -> --line.members == 0 ? null : line);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
