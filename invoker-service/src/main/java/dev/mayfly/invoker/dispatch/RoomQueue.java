package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.function.FunctionVersion;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where invocations wait for room at a host. Whenever there may be room, one of them asks, in the order of
 * {@link FairLines}; when it is refused, one of another function, which may need less or go elsewhere, asks instead. Thread-safe.
 */
final class RoomQueue implements AutoCloseable {
    /** A host that has no room says so within this; one that has not said so has accepted. */
    private static final long REFUSAL_MILLIS = 25;

    /** When nothing is heard, one asks this often. */
    private static final long ASK_AGAIN_MILLIS = 200;

    /** How many may ask when a host has spoken of itself. */
    private static final int QUESTIONS_AT_NEWS = 4;

    /** How many functions are tried for the same room. */
    private static final int TRIES = 8;

    /** A place in the queue, held by one invocation; ends with {@link #close}. */
    final class Place implements AutoCloseable {
        private final FairLines<Place>.Place inLines;
        private final Semaphore mayAsk = new Semaphore(0);
        private Set<String> tried = Set.of();
        private boolean asking;

        private Place(FunctionVersion function) {
            inLines = lines.join(function, this);
        }

        /** Waits to ask; false when that took longer than until {@code deadlineNanos}. */
        boolean awaitQuestion(long deadlineNanos) throws InterruptedException {
            return mayAsk.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        /**
         * Runs {@code accepted}, and lets the next one ask, unless the returned passing is cancelled soon: while a host is
         * asked, only its silence tells that it has accepted.
         */
        ScheduledFuture<?> acceptedUnlessRefused(Runnable accepted) {
            return timer.schedule(
                    () -> {
                        accepted.run();
                        mayHaveRoom();
                    },
                    REFUSAL_MILLIS,
                    TimeUnit.MILLISECONDS);
        }

        /** The host had no room: waits again where it stood, and somebody else asks. */
        void refused() {
            locked(() -> {
                asking = false;
                lines.comeBack(inLines);
                passOn(this);
            });
        }

        @Override
        public void close() {
            locked(() -> {
                boolean unused = asking && mayAsk.tryAcquire();
                lines.leave(inLines);
                if (unused) {
                    passOn(this);
                }
            });
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final FairLines<Place> lines = new FairLines<>();
    private volatile int waiting;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("room-queue").factory());

    RoomQueue() {
        var unused =
                timer.scheduleAtFixedRate(this::mayHaveRoom, ASK_AGAIN_MILLIS, ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Whether an invocation of {@code function} that comes now takes no turn of somebody who waits for it already. */
    boolean mayAskAtOnce(FunctionVersion function) {
        if (waiting == 0) {
            return true;
        }
        lock.lock();
        try {
            return !lines.hasMembers(function.accountId(), function.isolation());
        } finally {
            lock.unlock();
        }
    }

    /** Joins at the end. */
    Place join(FunctionVersion function) {
        lock.lock();
        try {
            return new Place(function);
        } finally {
            waiting = lines.size();
            lock.unlock();
        }
    }

    /** There may be room for one. */
    void mayHaveRoom() {
        letAsk(1);
    }

    /** A host has told what it has. */
    void news() {
        letAsk(QUESTIONS_AT_NEWS);
    }

    private void letAsk(int questions) {
        if (waiting == 0) {
            return;
        }
        locked(() -> {
            for (int i = 0; i < questions; i++) {
                grant(lines.next(Set.of()), Set.of());
            }
        });
    }

    private void passOn(Place refused) {
        if (refused.tried.size() < TRIES) {
            var tried = new HashSet<>(refused.tried);
            tried.add(refused.inLines.functionKey());
            grant(lines.next(tried), tried);
        }
    }

    private static void grant(FairLines<Place>.@Nullable Place next, Set<String> tried) {
        if (next != null) {
            Place place = next.holder();
            place.tried = tried;
            place.asking = true;
            place.mayAsk.release();
        }
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            waiting = lines.size();
            lock.unlock();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
