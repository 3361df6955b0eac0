package dev.mayfly.autoscaler.rules;

import dev.mayfly.contracts.scaling.FunctionLoad;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * What was reported about one function: for each invoker its reports of the last stable window. A second without a report
 * is a second without load. Not thread-safe.
 */
public final class LoadHistory {
    private record Sample(Instant at, int inFlight, int queued) {}

    private final Map<String, ArrayDeque<Sample>> byInvoker = new HashMap<>();
    private final Duration kept;
    private Instant lastBusy = Instant.EPOCH;

    /** @param kept the longest window that will be asked about */
    public LoadHistory(Duration kept) {
        this.kept = kept;
    }

    /** The function did something at that time or later, as far as anybody can tell. What was heard itself counts more. */
    public void assumeBusy(Instant at) {
        if (lastBusy.equals(Instant.EPOCH)) {
            lastBusy = at;
        }
    }

    public void add(FunctionLoad load) {
        if (load.arrivals() > 0 || load.inFlight() > 0 || load.queued() > 0) {
            lastBusy = load.at().isAfter(lastBusy) ? load.at() : lastBusy;
        }
        // What arrived and ended between two reports was never in flight when one was made, yet it needed a sandbox.
        int inFlight = Math.max(load.inFlight(), load.arrivals() > 0 ? 1 : 0);
        byInvoker
                .computeIfAbsent(load.invokerId(), invoker -> new ArrayDeque<>())
                .addLast(new Sample(load.at(), inFlight, load.queued()));
    }

    /** Forgets what no window reaches any more. */
    public void forgetBefore(Instant now) {
        Instant oldest = now.minus(kept);
        byInvoker.values().forEach(samples -> {
            while (!samples.isEmpty() && samples.getFirst().at().isBefore(oldest)) {
                samples.removeFirst();
            }
        });
        byInvoker.values().removeIf(ArrayDeque::isEmpty);
    }

    /** The last time that anything arrived, ran or waited. */
    public Instant lastBusy() {
        return lastBusy;
    }

    /** The mean number of invocations in flight over the window that ends now, all invokers together. */
    public double concurrency(Duration window, Instant now) {
        Instant start = now.minus(window);
        long sum = byInvoker.values().stream()
                .flatMap(ArrayDeque::stream)
                .filter(sample -> sample.at().isAfter(start) && !sample.at().isAfter(now))
                .mapToLong(Sample::inFlight)
                .sum();
        return sum / Math.max(1.0, window.toMillis() / 1000.0);
    }

    /** What waits now: the last report of each invoker that is no older than {@code fresh}. */
    public int queued(Duration fresh, Instant now) {
        Instant start = now.minus(fresh);
        return byInvoker.values().stream()
                .map(ArrayDeque::peekLast)
                .filter(sample -> sample != null && sample.at().isAfter(start))
                .mapToInt(Sample::queued)
                .sum();
    }
}
