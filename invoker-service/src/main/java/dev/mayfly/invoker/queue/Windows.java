package dev.mayfly.invoker.queue;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How many queued events of one function are given to hosts at once. Of a backlog of short ones a few keep every sandbox busy, and
 * each more only waits at a host, with a connection and a place that invocations with a client behind them could have; of long
 * ones many are needed. So the window grows with the time that the function takes, and, while that is not known, with the events
 * that run for long. Thread-safe.
 */
final class Windows {
    /** Of any function, however short. */
    static final int LEAST = 32;

    /** A function that takes this long, or less, has the least window; one that takes twice as long, twice that. */
    private static final Duration SHORT = Duration.ofMillis(20);

    /** Each event that has run for so long lets in two more. */
    private static final Duration LONG = Duration.ofSeconds(1);

    /** The weight of a longer time among those before. A busy machine makes all longer, and must not widen the window for it. */
    private static final double LONGER = 0.02;

    private final class Function {
        final Set<Place> places = new LinkedHashSet<>();
        final Condition freed = lock.newCondition();
        int waiting;
        double nanos;

        void took(long latest) {
            nanos = nanos == 0 || latest < nanos ? latest : nanos + LONGER * (latest - nanos);
        }

        boolean hasRoom() {
            double window = LEAST * Math.max(1, nanos / SHORT.toNanos());
            return places.size() < window || places.size() < window + 2 * longOnes();
        }

        private long longOnes() {
            long now = nanoTime.getAsLong();
            return places.stream()
                    .takeWhile(place -> now - place.sinceNanos >= LONG.toNanos())
                    .count();
        }
    }

    /** An event that a host may be asked to run; ends with {@link #close}. */
    final class Place implements AutoCloseable {
        private final String functionKey;
        private final Function function;
        private final long sinceNanos = nanoTime.getAsLong();

        private Place(String functionKey, Function function) {
            this.functionKey = functionKey;
            this.function = function;
        }

        /** The function has run that long for the event. */
        void took(Duration time) {
            lock.lock();
            try {
                function.took(time.toNanos());
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                function.places.remove(this);
                function.freed.signal();
                forgetIfUnused(functionKey, function);
            } finally {
                lock.unlock();
            }
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Function> functions = new HashMap<>();
    private final LongSupplier nanoTime;

    Windows(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Waits for a place. */
    Place enter(String functionKey) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Function function = functions.computeIfAbsent(functionKey, key -> new Function());
            function.waiting++;
            try {
                while (!function.hasRoom()) {
                    // In time those that run become long ones, which nobody tells.
                    var unused = function.freed.awaitNanos(LONG.toNanos());
                }
                var place = new Place(functionKey, function);
                function.places.add(place);
                return place;
            } finally {
                function.waiting--;
                function.freed.signal();
                forgetIfUnused(functionKey, function);
            }
        } finally {
            lock.unlock();
        }
    }

    private void forgetIfUnused(String functionKey, Function function) {
        if (function.places.isEmpty() && function.waiting == 0) {
            functions.remove(functionKey, function);
        }
    }
}
