package dev.mayfly.benchmarks;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param cold cold starts of each kind
 * @param slow the same where one takes more than a moment
 * @param boots raw machines booted
 * @param warm warm invocations of each kind
 * @param warmUp warm invocations of each kind before those that are measured
 * @param wasmWarmUp the same for WebAssembly, whose engine compiles its guests and itself while it runs
 * @param work runs of each kind of work
 * @param rate how long sandboxes are started one after another
 * @param modules different WebAssembly modules among the idle functions
 * @param burst how often many cold requests come at once
 */
record Effort(
        int cold,
        int slow,
        int boots,
        int warm,
        int warmUp,
        int wasmWarmUp,
        int work,
        Duration rate,
        int modules,
        int burst) {
    static final Effort FULL = new Effort(20, 10, 3, 3000, 1500, 20_000, 7, Duration.ofSeconds(5), 20, 3);
    static final Effort QUICK = new Effort(4, 3, 1, 300, 300, 4000, 2, Duration.ofSeconds(2), 3, 1);
}
