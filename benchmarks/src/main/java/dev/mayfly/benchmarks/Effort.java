package dev.mayfly.benchmarks;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param cold cold starts of each kind
 * @param slow the same where one takes more than a moment
 * @param compiled WebAssembly modules compiled, each way
 * @param boots raw machines booted
 * @param warm warm invocations of each kind
 * @param warmUp warm invocations of each kind before those that are measured
 * @param wasmWarmUp the same for WebAssembly, whose engine compiles its guests and itself while it runs
 * @param work runs of each kind of work
 * @param rate how long sandboxes are started one after another
 * @param idle deployed WebAssembly functions that are idle
 * @param modules different WebAssembly modules among the idle functions
 * @param burst how often many cold requests come at once
 */
record Effort(
        int cold,
        int slow,
        int compiled,
        int boots,
        int warm,
        int warmUp,
        int wasmWarmUp,
        int work,
        Duration rate,
        int idle,
        int modules,
        int burst) {
    static final Effort FULL = new Effort(20, 10, 7, 3, 3000, 1500, 20_000, 7, Duration.ofSeconds(5), 10_000, 20, 3);
    static final Effort QUICK = new Effort(3, 3, 1, 1, 300, 300, 4000, 2, Duration.ofSeconds(1), 1000, 1, 1);
}
