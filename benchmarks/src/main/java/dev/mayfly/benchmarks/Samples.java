package dev.mayfly.benchmarks;

import java.util.Arrays;

/** Measured times, nanoseconds. */
final class Samples {
    /** Something to be timed. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    private long[] nanos;
    private int count;

    Samples(int capacity) {
        nanos = new long[Math.max(1, capacity)];
    }

    void time(Step step) throws Exception {
        long start = System.nanoTime();
        step.run();
        add(System.nanoTime() - start);
    }

    synchronized void add(long sample) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = sample;
    }

    /** Adds all of these to {@code others}. */
    synchronized void addTo(Samples others) {
        for (int i = 0; i < count; i++) {
            others.add(nanos[i]);
        }
    }

    synchronized int count() {
        return count;
    }

    /** The value below which {@code share} (0 - 1) of the samples lie, in microseconds. */
    synchronized double micros(double share) {
        if (count == 0) {
            throw new IllegalStateException("Nothing was measured");
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1L, Math.round(share * (count - 1)))] / 1e3;
    }

    /** In milliseconds. */
    double median() {
        return micros(0.5) / 1e3;
    }

    String millis(double share) {
        return "%.2f ms".formatted(micros(share) / 1e3);
    }
}
