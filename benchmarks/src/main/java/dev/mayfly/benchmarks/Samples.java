package dev.mayfly.benchmarks;

import java.util.Arrays;

/** Measured times, nanoseconds. */
final class Samples {
    /** Something to be timed. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    private final long[] nanos;
    private int count;

    Samples(int capacity) {
        nanos = new long[capacity];
    }

    void time(Step step) throws Exception {
        long start = System.nanoTime();
        step.run();
        add(System.nanoTime() - start);
    }

    void add(long sample) {
        nanos[count++] = sample;
    }

    /** The value below which {@code share} (0 - 1) of the samples lie, in microseconds. */
    double micros(double share) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1L, Math.round(share * (count - 1)))] / 1e3;
    }

    String millis(double share) {
        return "%.2f ms".formatted(micros(share) / 1e3);
    }
}
