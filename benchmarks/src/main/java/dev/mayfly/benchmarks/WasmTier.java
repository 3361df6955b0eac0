package dev.mayfly.benchmarks;

import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Measures the tier of WebAssembly with one engine, beside the bare engine. */
final class WasmTier {
    /** Makes the bare engine ready for a module. */
    @FunctionalInterface
    interface RawOpener {
        RawEngine open(byte[] module) throws Exception;
    }

    /**
     * What to measure, and what is wanted.
     *
     * @param engine as the tier's availability begins with it
     * @param opener makes the technology in a folder
     * @param freshMicros limit of a fresh instance
     * @param absent why this machine does not have the engine, or null
     */
    record Plan(
            String name,
            String engine,
            Function<Path, SandboxTechnology> opener,
            RawOpener raw,
            double freshMicros,
            @Nullable String absent) {}

    private static final String RUNTIME = "wasm32-wasip1";
    /** What 10,000 idle functions may take. */
    private static final double MOST_MIB_EACH = 1024 / 10_000.0;

    private final Bench bench;
    private final Plan plan;
    private final Path folder;
    private final Row row;
    private final Row rawRow;
    private final byte[] echo = Functions.bytes("echo.wasm");

    WasmTier(Bench bench, Plan plan) {
        this.bench = bench;
        this.plan = plan;
        this.folder = bench.folder.resolve(plan.name().replace(' ', '-'));
        this.row = Row.of(plan.name());
        this.rawRow = Row.raw("bare " + plan.engine());
    }

    void measure() throws Exception {
        String absent = plan.absent();
        if (absent != null) {
            bench.rows.add(Row.absent(plan.name(), absent));
            return;
        }
        bench.say(plan.name() + ": is it there?");
        Files.createDirectories(folder);
        try (SandboxTechnology technology = plan.opener().apply(folder.resolve("own"))) {
            technology.recover();
            Availability availability = technology.check();
            if (!availability.available() || !availability.detail().startsWith(plan.engine())) {
                bench.rows.add(Row.absent(plan.name(), availability.detail()));
                return;
            }
            bench.remarks.add(plan.name() + ": " + Machine.told(availability.detail()));
            cold(technology);
            warm(technology);
            work(technology);
            rate(technology);
            idle();
            bench.rows.add(row);
            bench.rows.add(rawRow);
        }
    }

    /** A module that differs from all others and does the same: it has one more custom section, with a name. */
    private byte[] variant(String name) {
        byte[] text = (plan.name() + " " + ProcessHandle.current().pid() + " " + System.nanoTime() + " " + name)
                .getBytes(StandardCharsets.UTF_8);
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(echo);
        bytes.write(0);
        bytes.write(text.length + 1);
        bytes.write(text.length);
        bytes.writeBytes(text);
        return bytes.toByteArray();
    }

    private FunctionCode code(String name, byte[] module) throws IOException {
        return Probe.code(folder.resolve("code").resolve(name), "echo.wasm", module, RUNTIME, "echo.wasm");
    }

    private static SandboxSpec spec(FunctionCode code) {
        return Probe.spec(code, Probe.SMALL_MB, Map.of());
    }

    private void cold(SandboxTechnology technology) throws Exception {
        bench.say(plan.name() + ": cold starts");
        var compiled = new Samples(bench.effort.compiled());
        var fromSource = new Samples(bench.effort.compiled());
        var raw = new Samples(bench.effort.compiled());
        for (int i = -1; i < bench.effort.compiled(); i++) {
            FunctionCode ahead = code("ahead", variant("ahead " + i));
            technology.prepare(ahead);
            Machine.rest();
            long first = Probe.firstAnswer(technology, spec(ahead));
            long second = Probe.firstAnswer(technology, spec(code("late", variant("late " + i))));
            byte[] module = variant("raw " + i);
            long start = System.nanoTime();
            try (RawEngine engine = plan.raw().open(module)) {
                engine.run(Probe.EVENT);
            }
            if (i >= 0) {
                compiled.add(first);
                fromSource.add(second);
                raw.add(System.nanoTime() - start);
            }
        }
        row.put(Metric.COLD_READY, compiled.median());
        row.put(Metric.COLD_EMPTY, fromSource.median());
        rawRow.put(Metric.COLD_EMPTY, raw.median());
    }

    private void warm(SandboxTechnology technology) throws Exception {
        bench.say(plan.name() + ": fresh instances");
        int rounds = bench.effort.warm();
        var fresh = new Samples(rounds);
        var raw = new Samples(rounds);
        var instance = new Samples(rounds);
        try (Sandbox sandbox = technology.start(spec(code("echo", echo)));
                RawEngine engine = plan.raw().open(echo)) {
            byte[] ours = Probe.answer(sandbox, Probe.EVENT);
            if (!Arrays.equals(ours, engine.run(Probe.EVENT))) {
                throw new IllegalStateException(plan.name() + " and the bare engine answer differently");
            }
            for (int i = -bench.effort.wasmWarmUp(); i < rounds; i++) {
                long start = System.nanoTime();
                Probe.answer(sandbox, Probe.EVENT);
                long between = System.nanoTime();
                engine.run(Probe.EVENT);
                long end = System.nanoTime();
                engine.instantiate();
                if (i >= 0) {
                    fresh.add(between - start);
                    raw.add(end - between);
                    instance.add(System.nanoTime() - end);
                }
            }
        }
        row.put(Metric.WARM_P50, fresh.median());
        row.put(Metric.WARM_P99, fresh.micros(0.99) / 1e3);
        rawRow.put(Metric.WARM_P50, raw.median());
        rawRow.put(Metric.WARM_P99, raw.micros(0.99) / 1e3);
        bench.targets.add(new Target(
                plan.name() + ", fresh instance, p50",
                fresh.micros(0.5),
                plan.freshMicros(),
                "µs",
                "bare engine %.0f µs, %.0f µs of it the instance".formatted(raw.micros(0.5), instance.micros(0.5))));
    }

    /** The same program as a guest and, compiled from the same source, as a native one. */
    private void work(SandboxTechnology technology) throws Exception {
        bench.say(plan.name() + ": work");
        Path program = folder.resolve("work");
        if (!compiled(program)) {
            bench.remarks.add(
                    plan.name() + ": no C compiler (cc), so there is nothing native to compare its work with");
            return;
        }
        FunctionCode code = Probe.code(
                folder.resolve("code").resolve("work"),
                "work.wasm",
                Functions.bytes("work.wasm"),
                RUNTIME,
                "work.wasm");
        try (Sandbox sandbox = technology.start(Probe.spec(code, Probe.SMALL_MB, Map.of()))) {
            row.put(Metric.CPU, slowdown(sandbox, program, "cpu", Bench.CPU_WORK));
            row.put(Metric.CALLS, slowdown(sandbox, program, "files", Bench.CALL_WORK));
        }
    }

    private boolean compiled(Path program) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("work.c"), Functions.text("work.c"));
        try {
            return new ProcessBuilder("cc", "-O2", "-o", program.toString(), source.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private double slowdown(Sandbox sandbox, Path program, String kind, int amount)
            throws IOException, InterruptedException {
        var nativeTimes = new Samples(bench.effort.work());
        var ours = new Samples(bench.effort.work());
        byte[] event = BareNode.work(kind, amount, "/tmp");
        for (int i = -3; i < bench.effort.work(); i++) {
            long nanos = nativeNanos(program, kind, amount);
            long start = System.nanoTime();
            Probe.answer(sandbox, event);
            if (i >= 0) {
                nativeTimes.add(nanos);
                ours.add(System.nanoTime() - start);
            }
        }
        return ours.median() / nativeTimes.median();
    }

    private static long nativeNanos(Path program, String kind, int amount) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(program.toString(), kind, Integer.toString(amount), Bench.MEMORY_FOLDER).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(program + " failed");
        }
        return Long.parseLong(said.replaceAll(".*\"nanos\":(\\d+).*", "$1"));
    }

    private void rate(SandboxTechnology technology) throws IOException, InterruptedException, ExecutionException {
        bench.say(plan.name() + ": starts a second");
        FunctionCode code = code("echo", echo);
        row.put(Metric.RATE, Rate.perSecond(bench.effort.rate(), () -> Probe.firstAnswer(technology, spec(code))));
    }

    /** Many functions over some modules, in a new engine: each is prepared and has a sandbox that answered once. */
    private void idle() throws IOException, SandboxStartException, InterruptedException {
        bench.say(plan.name() + ": " + bench.effort.idle() + " idle functions");
        List<FunctionCode> modules = new ArrayList<>();
        for (int i = 0; i < bench.effort.modules(); i++) {
            modules.add(code("idle-" + i, variant("idle " + i)));
        }
        List<Sandbox> sandboxes = new ArrayList<>(bench.effort.idle());
        Set<Long> others = Machine.started();
        try (SandboxTechnology technology = plan.opener().apply(folder.resolve("idle"))) {
            technology.recover();
            Probe.firstAnswer(technology, spec(code("echo", echo)));
            double before = Machine.residentSince(others);
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            for (int i = 0; i < bench.effort.idle() && System.nanoTime() < deadline; i++) {
                FunctionCode module = modules.get(i % modules.size());
                String digest = Probe.sha256(("idle " + i).getBytes(StandardCharsets.UTF_8));
                var code = new FunctionCode(module.directory(), digest, RUNTIME, module.handler());
                technology.prepare(code);
                Sandbox sandbox = technology.start(spec(code));
                sandboxes.add(sandbox);
                Probe.answer(sandbox, Probe.EVENT);
            }
            double more = Machine.residentSince(others) - before;
            row.put(Metric.MEMORY, 0);
            row.put(Metric.PSS, more / sandboxes.size());
            bench.targets.add(new Target(
                    "%s, %,d idle functions (%d modules), more resident memory"
                            .formatted(plan.name(), sandboxes.size(), modules.size()),
                    more,
                    MOST_MIB_EACH * sandboxes.size(),
                    "MiB",
                    ""));
            sandboxes.forEach(Sandbox::close);
        }
    }
}
