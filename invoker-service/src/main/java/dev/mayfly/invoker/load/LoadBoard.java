package dev.mayfly.invoker.load;

import dev.mayfly.contracts.scaling.FunctionLoad;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What each function has running and waiting in this invoker right now. Thread-safe; costs a few counters a call. */
public final class LoadBoard {
    private static final class Function {
        final LongAdder arrivals = new LongAdder();
        final AtomicInteger inFlight = new AtomicInteger();
        final LongAdder answeredMicros = new LongAdder();
        final LongAdder waitedMicros = new LongAdder();
        final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
        boolean reportedBusy;
    }

    /** One invocation that waits; ends with {@link #close}. */
    public final class Waiting implements AutoCloseable {
        private final Function function;
        private final long since = nanoTime.getAsLong();

        private Waiting(Function function) {
            this.function = function;
            function.waiting.add(this);
        }

        @Override
        public void close() {
            function.waiting.remove(this);
        }
    }

    /** One invocation that runs; ends with {@link #close}. */
    public final class Running implements AutoCloseable {
        private final Function function;

        private Running(Function function) {
            this.function = function;
            function.inFlight.incrementAndGet();
        }

        /**
         * It was answered.
         *
         * @param micros between the question to a host and its answer
         * @param waitedMicros of them it waited for a sandbox that others used
         */
        public void answered(long micros, long waitedMicros) {
            function.answeredMicros.add(micros);
            function.waitedMicros.add(waitedMicros);
        }

        @Override
        public void close() {
            function.inFlight.decrementAndGet();
        }
    }

    private final ConcurrentHashMap<String, Function> functions = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    public LoadBoard(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** An invocation of that function has arrived and runs. */
    public Running started(String functionKey) {
        Function function = of(functionKey);
        function.arrivals.increment();
        return new Running(function);
    }

    /** An invocation of that function waits: in the queue, or for room. */
    public Waiting waits(String functionKey) {
        return new Waiting(of(functionKey));
    }

    /** Invocations that run now. */
    public int inFlight() {
        return functions.values().stream()
                .mapToInt(function -> function.inFlight.get())
                .sum();
    }

    /** Invocations that wait now. */
    public int waiting() {
        return functions.values().stream()
                .mapToInt(function -> function.waiting.size())
                .sum();
    }

    /**
     * The load since the last call, of every function that had any; and once more, all zero, of those that have none any
     * more.
     */
    public List<FunctionLoad> drain(String invokerId, Duration window, Instant at) {
        var loads = new ArrayList<FunctionLoad>();
        long now = nanoTime.getAsLong();
        functions.forEach((key, function) -> {
            long arrivals = function.arrivals.sumThenReset();
            int inFlight = inSandboxes(function);
            int queued = function.waiting.size();
            long oldest = function.waiting.stream()
                    .mapToLong(waiting -> now - waiting.since)
                    .max()
                    .orElse(0);
            boolean busy = arrivals > 0 || inFlight > 0 || queued > 0;
            if (busy || function.reportedBusy) {
                loads.add(new FunctionLoad(
                        key, invokerId, arrivals, inFlight, queued, oldest / 1_000_000, window.toMillis(), at));
            }
            function.reportedBusy = busy;
        });
        return loads;
    }

    /**
     * Of those in flight so many as have a sandbox: hosts let invocations wait for one another where that is sooner than a
     * start, so more sandboxes than this are not needed.
     */
    private static int inSandboxes(Function function) {
        int inFlight = function.inFlight.get();
        long answered = function.answeredMicros.sumThenReset();
        long waited = Math.min(function.waitedMicros.sumThenReset(), answered);
        return answered == 0 ? inFlight : (int) Math.ceil(inFlight * (1 - (double) waited / answered));
    }

    private Function of(String functionKey) {
        return functions.computeIfAbsent(functionKey, key -> new Function());
    }
}
