package dev.mayfly.benchmarks;

import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Measures a tier that keeps a process, with node, beside its raw technology. */
final class ProcessTier {
    /** Makes the tier's technology. */
    @FunctionalInterface
    interface Opener {
        /** @param owner 0, 1, ...: two owners at a time must not share user ids */
        SandboxTechnology open(Path folder, int owner, int shellMemoryMb);
    }

    /** What the tier is compared with. */
    interface Raw extends AutoCloseable {
        /** In nanoseconds; is measured in turn with the tier. */
        long firstAnswer() throws IOException, InterruptedException;

        /** What {@link #firstAnswer} is. */
        Metric metric();

        /** What is measured once. */
        default void measureMore(Row row, Effort effort) throws IOException, InterruptedException {}

        /** What else was found, for people; may be empty. */
        default String remark() {
            return "";
        }

        @Override
        default void close() {}
    }

    /** Makes it. */
    @FunctionalInterface
    interface RawOpener {
        /**
         * @param detail of the tier's availability
         * @param sandboxId a running sandbox of the tier
         */
        Raw open(Path folder, String detail, String sandboxId) throws IOException, InterruptedException;
    }

    /**
     * What to measure, and what is wanted.
     *
     * @param slow whether a start takes more than a moment
     * @param readyShare limit of a start from a shell, of the raw technology's
     * @param emptyShare limit of a start without
     * @param overMillis limit of a warm invocation over the handler itself, or null
     */
    record Plan(
            String name,
            String rawName,
            Opener opener,
            RawOpener raw,
            boolean slow,
            double readyShare,
            double emptyShare,
            @Nullable Double overMillis) {}

    private static final int SHELL_MEMORY_MB = 512;
    private static final int IDLE = 3;
    private static final Map<String, String> PLAIN = Map.of();
    private static final Map<String, String> WITH_SNAPSHOT = Map.of("BENCH", "snapshot");

    private final Bench bench;
    private final Plan plan;
    private final Row row;
    private final Row rawRow;

    ProcessTier(Bench bench, Plan plan) {
        this.bench = bench;
        this.plan = plan;
        this.row = Row.of(plan.name());
        this.rawRow = Row.raw(plan.rawName());
    }

    void measure() throws IOException, SandboxStartException, InterruptedException, ExecutionException {
        bench.say(plan.name() + ": is it there?");
        Path folder = Files.createDirectories(bench.folder.resolve(plan.name()));
        try (SandboxTechnology empty = plan.opener().open(folder.resolve("empty"), 0, 0);
                SandboxTechnology ready = plan.opener().open(folder.resolve("ready"), 1, SHELL_MEMORY_MB)) {
            empty.recover();
            ready.recover();
            // Trying what the machine can do takes some of them long, and each finds out for itself.
            Thread trial = Thread.startVirtualThread(ready::check);
            Availability availability = empty.check();
            trial.join();
            Optional<String> node = empty.runtimes().stream()
                    .filter(runtime -> runtime.startsWith("nodejs"))
                    .findFirst();
            if (!availability.available() || node.isEmpty()) {
                bench.rows.add(Row.absent(
                        plan.name(), availability.available() ? "node is not installed" : availability.detail()));
                return;
            }
            bench.remarks.add(plan.name() + ": " + Machine.told(availability.detail()));
            FunctionCode echo = node(folder.resolve("echo"), Functions.ECHO, node.get());
            FunctionCode work = node(folder.resolve("work"), Functions.text("work.js"), node.get());
            cold(folder, empty, ready, echo, availability.detail());
            ready.close();
            warm(empty, echo);
            work(empty, work);
            memory(empty, echo);
            rate(empty, echo);
            bench.rows.add(row);
            bench.rows.add(rawRow);
        }
    }

    private static FunctionCode node(Path folder, String source, String runtime) throws IOException {
        return Probe.code(folder, "index.js", source.getBytes(StandardCharsets.UTF_8), runtime, "index.handler");
    }

    private static SandboxSpec small(FunctionCode code, Map<String, String> environment) {
        return Probe.spec(code, Probe.SMALL_MB, environment);
    }

    private void cold(Path folder, SandboxTechnology empty, SandboxTechnology ready, FunctionCode code, String detail)
            throws IOException, SandboxStartException, InterruptedException {
        int rounds = plan.slow() ? bench.effort.slow() : bench.effort.cold();
        var rawTimes = new Samples(rounds);
        var emptyTimes = new Samples(rounds);
        var readyTimes = new Samples(rounds);
        var restoredTimes = new Samples(rounds);
        String rawName;
        empty.snapshot(small(code, WITH_SNAPSHOT));
        try (Sandbox alive = empty.start(small(code, PLAIN));
                Raw raw = plan.raw().open(folder, detail, alive.id())) {
            bench.say(plan.rawName());
            raw.measureMore(rawRow, bench.effort);
            boolean snapshots = restores(empty, code);
            bench.say(plan.name() + ": cold starts" + (snapshots ? " and restored starts" : ""));
            for (int i = -1; i < rounds; i++) { // the first round loads everything from disk
                Machine.rest();
                keep(i, rawTimes, raw.firstAnswer());
                Machine.rest();
                keep(i, readyTimes, Probe.firstAnswer(ready, small(code, PLAIN)));
                Machine.rest();
                keep(i, emptyTimes, Probe.firstAnswer(empty, small(code, PLAIN)));
                if (snapshots) {
                    Machine.rest();
                    keep(i, restoredTimes, Probe.firstAnswer(empty, small(code, WITH_SNAPSHOT)));
                }
            }
            rawRow.put(raw.metric(), rawTimes.median());
            if (!raw.remark().isEmpty()) {
                bench.remarks.add(plan.rawName() + ": " + raw.remark());
            }
            rawName = plan.rawName() + (raw.metric() == Metric.RESTORED ? " restored" : "");
            row.put(Metric.COLD_READY, readyTimes.median());
            row.put(Metric.COLD_EMPTY, emptyTimes.median());
            if (snapshots) {
                row.put(Metric.RESTORED, restoredTimes.median());
            }
        }
        bench.targets.add(Target.ratio(
                plan.name() + ", first answer from a shell, of " + rawName,
                readyTimes.median(),
                rawTimes.median(),
                plan.readyShare()));
        bench.targets.add(Target.ratio(
                plan.name() + ", first answer without a shell, of " + rawName,
                emptyTimes.median(),
                rawTimes.median(),
                plan.emptyShare()));
    }

    private static void keep(int round, Samples samples, long nanos) {
        if (round >= 0) {
            samples.add(nanos);
        }
    }

    private static boolean restores(SandboxTechnology technology, FunctionCode code)
            throws SandboxStartException, InterruptedException {
        try (Sandbox sandbox = technology.start(small(code, WITH_SNAPSHOT))) {
            return sandbox.isRestored();
        }
    }

    private void warm(SandboxTechnology technology, FunctionCode code)
            throws IOException, SandboxStartException, InterruptedException {
        bench.say(plan.name() + ": warm invocations");
        var ours = new Samples(bench.effort.warm());
        var handler = new Samples(bench.effort.warm());
        try (Sandbox sandbox = technology.start(Probe.spec(code, Probe.LARGE_MB, PLAIN))) {
            for (int i = -bench.effort.warmUp(); i < bench.effort.warm(); i++) {
                long start = System.nanoTime();
                bench.echo.answer(Probe.EVENT);
                long between = System.nanoTime();
                Probe.answer(sandbox, Probe.EVENT);
                long end = System.nanoTime();
                if (i >= 0) {
                    handler.add(between - start);
                    bench.bare.add(between - start);
                    ours.add(end - between);
                }
            }
        }
        double over = ours.median() - handler.median();
        row.put(Metric.WARM_P50, ours.median());
        row.put(Metric.WARM_P99, ours.micros(0.99) / 1e3);
        row.put(Metric.OVER_P50, over);
        row.put(Metric.OVER_P99, (ours.micros(0.99) - handler.micros(0.99)) / 1e3);
        Double limit = plan.overMillis();
        if (limit != null) {
            bench.targets.add(
                    new Target(plan.name() + ", warm invocation over the handler itself, p50", over, limit, "ms", ""));
        }
    }

    private void work(SandboxTechnology technology, FunctionCode code)
            throws IOException, SandboxStartException, InterruptedException {
        bench.say(plan.name() + ": work");
        try (Sandbox sandbox = technology.start(Probe.spec(code, Probe.LARGE_MB, PLAIN))) {
            row.put(Metric.CPU, slowdown(sandbox, "cpu", Bench.CPU_WORK));
            row.put(Metric.CALLS, slowdown(sandbox, "files", Bench.CALL_WORK));
        }
    }

    private double slowdown(Sandbox sandbox, String kind, int amount) throws IOException, InterruptedException {
        var bare = new Samples(bench.effort.work());
        var ours = new Samples(bench.effort.work());
        for (int i = -2; i < bench.effort.work(); i++) {
            long start = System.nanoTime();
            bench.work.answer(BareNode.work(kind, amount, Bench.MEMORY_FOLDER));
            long between = System.nanoTime();
            Probe.answer(sandbox, BareNode.work(kind, amount, "/tmp"));
            keep(i, bare, between - start);
            keep(i, ours, System.nanoTime() - between);
        }
        return ours.median() / bare.median();
    }

    private void memory(SandboxTechnology technology, FunctionCode code)
            throws IOException, SandboxStartException, InterruptedException {
        bench.say(plan.name() + ": memory");
        List<Sandbox> sandboxes = new ArrayList<>();
        try {
            for (int i = 0; i < IDLE; i++) {
                Sandbox sandbox = technology.start(small(code, PLAIN));
                sandboxes.add(sandbox);
                Probe.answer(sandbox, Probe.EVENT);
            }
            Machine.rest();
            double charged = 0;
            double shared = 0;
            for (Sandbox sandbox : sandboxes) {
                charged += sandbox.residentMemoryBytes() / 1048576.0;
                shared += Machine.pssOfCgroup(sandbox.id());
            }
            row.put(Metric.MEMORY, charged / IDLE);
            row.put(Metric.PSS, shared / IDLE);
        } finally {
            sandboxes.forEach(Sandbox::close);
        }
    }

    /** As many at a time as there are cores, each asked once and ended. */
    private void rate(SandboxTechnology technology, FunctionCode code) throws InterruptedException, ExecutionException {
        bench.say(plan.name() + ": starts a second");
        Machine.rest();
        row.put(
                Metric.RATE,
                Rate.perSecond(bench.effort.rate(), () -> Probe.firstAnswer(technology, small(code, WITH_SNAPSHOT))));
    }
}
